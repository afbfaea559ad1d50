package main

import (
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/rpc"
	"os/exec"
	"strings"
	"time"

	"example.com/kit"
)

// Goroutines and memory that live wholly in a library, told where the program made the thing.
var libraries = []func(){
	databaseEachTime, clientEachTime, neverWaitedFor, ownContext, cacheEachTime, poolEachTime, everRecorded,
	serverEachTime, closedCaches, closedClients, onePool,
}

func databaseEachTime() {
	every(pace, func() {
		db, err := sql.Open("slow", "") // want goroutines-blocked
		if err == nil {
			db.Exec("update")
		}
	})
}

func clientEachTime() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	every(pace, func() {
		client, err := rpc.Dial("tcp", listener.Addr().String()) // want goroutines-blocked
		if err == nil {
			client.Go("Nobody.Answers", 1, nil, nil)
		}
	})
}

func neverWaitedFor() {
	every(4*pace, func() {
		exec.CommandContext(cancellable(), "sleep", "1000").Start() // want goroutines-blocked
	})
}

// foreign is a context of the program's own, which package context watches in a goroutine.
type foreign struct{ context.Context }

func (foreign) Done() <-chan struct{} { return never }

var never = make(chan struct{})

func ownContext() {
	every(pace, func() {
		_, cancel := context.WithTimeout(foreign{context.Background()}, time.Hour) // want goroutines-blocked
		_ = cancel
	})
}

func cacheEachTime() {
	every(pace, func() {
		cache := kit.NewCache() // want goroutines-blocked
		cache.Put("a", make([]byte, 1000))
	})
}

func poolEachTime() {
	every(pace, func() {
		pool := kit.Workers(3) // want goroutines-blocked
		keep(pool)
		pool.Do(func() {})
	})
}

func everRecorded() {
	from, to := io.Pipe()
	keep(kit.Record(from)) // want heap-growth
	line := strings.Repeat("a", 4000) + "\n"
	every(pace/25, func() { io.WriteString(to, line) })
}

func serverEachTime() {
	every(4*pace, func() {
		server := httptest.NewServer(http.NotFoundHandler()) // want goroutines-blocked
		keep(server.URL)
	})
}

// closedCaches, closedClients and onePool are sound: they close what they make, or make it once.
func closedCaches() {
	requests(20, func() {
		cache := kit.NewCache()
		defer cache.Close()
		time.Sleep(between(100*time.Millisecond, 2*time.Second))
		cache.Put("b", make([]byte, 1000))
	})
}

func closedClients() {
	server := rpc.NewServer()
	requests(10, func() {
		ours, theirs := net.Pipe()
		go server.ServeConn(theirs)
		client := rpc.NewClient(ours)
		defer client.Close()
		time.Sleep(between(100*time.Millisecond, 2*time.Second))
	})
}

func onePool() {
	pool := kit.Workers(40)
	requests(40, func() { pool.Do(func() { time.Sleep(between(10*time.Millisecond, time.Second)) }) })
}
