package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/rpc"
	"os"
	"runtime/pprof"
	"sort"
	"strconv"
	"sync"
	"time"
)

// Sound programs that no rule was made on.
var services = []func(){
	errorGroup, election, singleFlight, expiring, databasePool, serverSentEvents, hub, resized, rotation, outbox,
	bidirectional, bursts, keepAlive, largeBuffers, levelling, batchJobs, scraping, semaphores, heartbeats, remoteCalls,
	circuitBreaker, aggregation, tailing,
}

// errorGroup has many ask at once, of whom the first error ends all.
func errorGroup() {
	requests(8, func() {
		ctx, cancel := context.WithCancelCause(context.Background())
		defer cancel(nil)
		var all sync.WaitGroup
		for part := range 8 {
			all.Go(func() {
				select {
				case <-time.After(between(200*time.Millisecond, 3*time.Second)):
					if part == 3 {
						cancel(errors.New("failed"))
					}
				case <-ctx.Done():
				}
			})
		}
		all.Wait()
	})
}

// election renews a lease and starts the leader's work anew each time it comes back.
func election() {
	for {
		ctx, lose := context.WithTimeout(context.Background(), 25*time.Second)
		var work sync.WaitGroup
		for range 12 {
			work.Go(func() {
				renew := time.NewTicker(2 * time.Second)
				defer renew.Stop()
				for {
					select {
					case <-renew.C:
					case <-ctx.Done():
						return
					}
				}
			})
		}
		work.Wait()
		lose()
		time.Sleep(4 * time.Second)
	}
}

func singleFlight() {
	type call struct {
		done  sync.WaitGroup
		value []byte
	}
	var mu sync.Mutex
	calls := map[string]*call{}
	requests(50, func() {
		key := strconv.Itoa(int(between(0, 10)))
		mu.Lock()
		if running := calls[key]; running != nil {
			mu.Unlock()
			running.done.Wait()
			return
		}
		mine := &call{}
		mine.done.Add(1)
		calls[key] = mine
		mu.Unlock()
		time.Sleep(between(300*time.Millisecond, 1500*time.Millisecond))
		mine.value = make([]byte, 4<<10)
		mine.done.Done()
		mu.Lock()
		delete(calls, key)
		mu.Unlock()
	})
}

// expiring is a cache whose entries live for 20 seconds and are evicted by a janitor every 10.
func expiring() {
	type entry struct {
		value   []byte
		expires time.Time
	}
	var mu sync.Mutex
	entries := map[int]entry{}
	go every(10*time.Second, func() {
		mu.Lock()
		defer mu.Unlock()
		for key, found := range entries {
			if time.Now().After(found.expires) {
				delete(entries, key)
			}
		}
	})
	id := 0
	requests(40, func() {
		mu.Lock()
		defer mu.Unlock()
		id++
		entries[id] = entry{make([]byte, 12<<10), time.Now().Add(20 * time.Second)}
	})
}

type (
	slowDriver     struct{}
	slowConnection struct{ notes chan struct{} }
	slowStatement  struct{}
	noRows         struct{}
	slowWork       struct{}
)

// Open makes a connection that listens for notes where the name says so.
func (slowDriver) Open(name string) (driver.Conn, error) {
	connection := &slowConnection{make(chan struct{})}
	if name == "notes" {
		go func() { <-connection.notes }()
	}
	return connection, nil
}

func (*slowConnection) Prepare(string) (driver.Stmt, error) { return slowStatement{}, nil }
func (c *slowConnection) Close() error                      { close(c.notes); return nil }
func (*slowConnection) Begin() (driver.Tx, error)           { return slowWork{}, nil }

// BeginTx is there as without it no context that can be cancelled is taken.
func (*slowConnection) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	return slowWork{}, nil
}

func (slowWork) Commit() error   { return nil }
func (slowWork) Rollback() error { return nil }

func (slowStatement) Close() error                              { return nil }
func (slowStatement) NumInput() int                             { return 0 }
func (slowStatement) Query([]driver.Value) (driver.Rows, error) { return noRows{}, nil }
func (slowStatement) Exec([]driver.Value) (driver.Result, error) {
	time.Sleep(between(50*time.Millisecond, 900*time.Millisecond))
	return driver.RowsAffected(1), nil
}

func (noRows) Columns() []string         { return []string{"one"} }
func (noRows) Close() error              { return nil }
func (noRows) Next([]driver.Value) error { return nil }

func init() { sql.Register("slow", slowDriver{}) }

// databasePool opens connections while many ask, and closes those that were idle for a while.
func databasePool() {
	db, err := sql.Open("slow", "notes")
	if err != nil {
		return
	}
	db.SetMaxOpenConns(25)
	db.SetMaxIdleConns(25)
	db.SetConnMaxIdleTime(12 * time.Second)
	requests(40, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
		defer cancel()
		db.ExecContext(ctx, "update")
	})
}

// serverSentEvents has readers that stay for a while over real connections.
func serverSentEvents() {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		for tick := time.Tick(500 * time.Millisecond); ; {
			select {
			case <-tick:
				fmt.Fprint(writer, "data: tick\n\n")
				writer.(http.Flusher).Flush()
			case <-request.Context().Done():
				return
			}
		}
	}))
	requests(3, func() {
		ctx, cancel := context.WithTimeout(context.Background(), between(3*time.Second, 20*time.Second))
		defer cancel()
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return
		}
		defer response.Body.Close()
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		}
	})
}

// hub sends to members that come and go, each with a reader and a writer.
func hub() {
	type member struct {
		outbox chan []byte
		conn   net.Conn
	}
	join, leave, all := make(chan *member), make(chan *member), make(chan []byte)
	go func() {
		members := map[*member]bool{}
		for {
			select {
			case one := <-join:
				members[one] = true
			case one := <-leave:
				delete(members, one)
				close(one.outbox)
			case message := <-all:
				for one := range members {
					select {
					case one.outbox <- message:
					default:
					}
				}
			}
		}
	}()
	go every(time.Second, func() { all <- make([]byte, 1024) })
	requests(3, func() {
		ours, theirs := net.Pipe()
		one := &member{make(chan []byte, 16), ours}
		join <- one
		go func() {
			for message := range one.outbox {
				one.conn.Write(message)
			}
			one.conn.Close()
		}()
		time.AfterFunc(between(2*time.Second, 25*time.Second), func() { leave <- one })
		io.Copy(io.Discard, theirs)
	})
}

// resized has as many workers as the load asks for.
func resized() {
	jobs := make(chan time.Duration, 100)
	go requests(60, func() {
		select {
		case jobs <- between(50*time.Millisecond, 400*time.Millisecond):
		default:
		}
	})
	var quits []chan struct{}
	every(3*time.Second, func() {
		for wanted := int(load(60)); len(quits) < wanted; {
			quit := make(chan struct{})
			quits = append(quits, quit)
			go func() {
				for {
					select {
					case job := <-jobs:
						time.Sleep(job)
					case <-quit:
						return
					}
				}
			}()
		}
		for wanted := int(load(60)); len(quits) > wanted; quits = quits[:len(quits)-1] {
			close(quits[len(quits)-1])
		}
	})
}

// rotation writes a log and starts a new file, with a new writer and buffer, when the old one is full.
func rotation() {
	var mu sync.Mutex
	var file *os.File
	var buffered *bufio.Writer
	written := 0
	open := func() {
		file, _ = os.CreateTemp("", "rotation")
		os.Remove(file.Name())
		buffered = bufio.NewWriterSize(file, 1<<20)
	}
	open()
	logger := log.New(io.Discard, "", 0)
	requests(50, func() {
		mu.Lock()
		defer mu.Unlock()
		logger.SetOutput(buffered)
		logger.Print(string(make([]byte, 2048)))
		if written += 2048; written > 1<<20 {
			buffered.Flush()
			file.Close()
			open()
			written = 0
		}
	})
}

// outbox keeps what is to be sent until a poller has sent it.
func outbox() {
	var mu sync.Mutex
	var pending [][]byte
	go every(6*time.Second, func() {
		mu.Lock()
		batch := pending
		pending = nil
		mu.Unlock()
		time.Sleep(time.Duration(len(batch)) * time.Millisecond)
	})
	requests(80, func() {
		mu.Lock()
		defer mu.Unlock()
		pending = append(pending, make([]byte, 6<<10))
	})
}

// bidirectional has streams of messages both ways, each with three goroutines.
func bidirectional() {
	requests(4, func() {
		ctx, cancel := context.WithTimeout(context.Background(), between(time.Second, 15*time.Second))
		defer cancel()
		up, down := make(chan []byte), make(chan []byte, 4)
		var both sync.WaitGroup
		both.Go(func() {
			defer close(up)
			for {
				select {
				case up <- make([]byte, 256):
					time.Sleep(200 * time.Millisecond)
				case <-ctx.Done():
					return
				}
			}
		})
		both.Go(func() {
			defer close(down)
			for message := range up {
				select {
				case down <- message:
				case <-ctx.Done():
				}
			}
		})
		for range down {
		}
		both.Wait()
	})
}

// bursts has jobs of a minute's cron that overlap, the longer the later.
func bursts() {
	for length := 4 * time.Second; ; length = min(length+time.Second, 9*time.Second) {
		for range 25 {
			go func() {
				report := make([]byte, 200<<10)
				time.Sleep(length)
				_ = report
			}()
		}
		time.Sleep(12 * time.Second)
	}
}

// keepAlive is a server under a load test, whose clients keep their connections.
func keepAlive() {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		time.Sleep(between(10*time.Millisecond, 1200*time.Millisecond))
		writer.Write(make([]byte, 4096))
	}))
	server.Config.IdleTimeout = 15 * time.Second
	server.Start()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 80, IdleConnTimeout: 10 * time.Second}}
	requests(40, func() {
		response, err := client.Get(server.URL)
		if err != nil {
			return
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	})
}

func largeBuffers() {
	pool := sync.Pool{New: func() any { buffer := make([]byte, 0, 1<<20); return &buffer }}
	requests(25, func() {
		buffer := pool.Get().(*[]byte)
		defer pool.Put(buffer)
		*buffer = append((*buffer)[:0], make([]byte, between(1<<10, 900<<10))...)
		time.Sleep(between(50*time.Millisecond, 600*time.Millisecond))
	})
}

// levelling has tables that grow with what is new, of which there is ever less.
func levelling() {
	var mu sync.Mutex
	seen, interned := map[uint64][]byte{}, map[string]string{}
	requests(60, func() {
		mu.Lock()
		defer mu.Unlock()
		for range 5 {
			key := uint64(between(0, 1500))
			if seen[key] == nil {
				seen[key] = make([]byte, 8<<10)
			}
		}
		text := fmt.Sprint("tenant-", int(between(0, 400)))
		interned[text] = text
	})
}

// batchJobs reads, sorts and writes tables, one after the other.
func batchJobs() {
	for {
		var rows []string
		for range 40 {
			for range 2000 {
				rows = append(rows, strconv.Itoa(int(between(0, 1<<40))))
			}
			time.Sleep(150 * time.Millisecond)
		}
		sort.Strings(rows)
		out := new(bytes.Buffer)
		json.NewEncoder(out).Encode(rows)
		time.Sleep(2 * time.Second)
		rows, out = nil, nil
		time.Sleep(3 * time.Second)
	}
}

// scraping takes profiles of itself, as an agent does.
func scraping() {
	var newest [4][]byte
	for n := 0; ; n++ {
		for _, name := range []string{"heap", "goroutine", "mutex"} {
			out := new(bytes.Buffer)
			pprof.Lookup(name).WriteTo(out, 0)
			newest[n%len(newest)] = out.Bytes()
		}
		time.Sleep(5 * time.Second)
	}
}

// semaphores has more who want in than may.
func semaphores() {
	slots := make(chan struct{}, 6)
	requests(20, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			time.Sleep(between(100*time.Millisecond, 600*time.Millisecond))
		case <-ctx.Done():
		}
	})
}

// heartbeats has devices that log in one after the other for a minute and a half and then stay.
func heartbeats() {
	for n := range 90 {
		time.Sleep(time.Duration(300+8*n) * time.Millisecond)
		go func() {
			beat := time.NewTicker(between(2*time.Second, 4*time.Second))
			defer beat.Stop()
			for range beat.C {
			}
		}()
	}
}

type echo struct{}

func (echo) Wait(milliseconds int, answer *int) error {
	time.Sleep(time.Duration(milliseconds) * time.Millisecond)
	return nil
}

// remoteCalls go over one connection of net/rpc, many at a time.
func remoteCalls() {
	server := rpc.NewServer()
	server.RegisterName("Echo", echo{})
	ours, theirs := net.Pipe()
	go server.ServeConn(theirs)
	client := rpc.NewClient(ours)
	requests(20, func() {
		var answer int
		client.Call("Echo.Wait", int(between(50, 1500)), &answer)
	})
}

// circuitBreaker waits for a dependency that is slow for a time and then not.
func circuitBreaker() {
	requests(25, func() {
		wait := 100 * time.Millisecond
		if seconds := time.Since(began).Seconds(); seconds > 80 && seconds < 120 {
			wait = 3 * time.Second
		}
		answer := make(chan struct{}, 1)
		go func() {
			time.Sleep(wait)
			answer <- struct{}{}
		}()
		select {
		case <-answer:
		case <-time.After(2 * time.Second):
		}
	})
}

// aggregation holds a window of samples for each of some series, and lets the oldest window go.
func aggregation() {
	var mu sync.Mutex
	windows := []map[string][]float64{{}}
	go every(10*time.Second, func() {
		mu.Lock()
		defer mu.Unlock()
		windows = append(windows, map[string][]float64{})
		if len(windows) > 4 {
			windows = windows[1:]
		}
	})
	requests(100, func() {
		mu.Lock()
		defer mu.Unlock()
		window := windows[len(windows)-1]
		for n := range 40 {
			key := "series-" + strconv.Itoa(n)
			window[key] = append(window[key], 1, 2, 3)
		}
	})
}

// tailing has readers that are behind a writer and wait for it.
func tailing() {
	var mu sync.RWMutex
	lines, more := 0, sync.NewCond(mu.RLocker())
	go every(2*time.Second, func() {
		mu.Lock()
		lines += 10
		mu.Unlock()
		more.Broadcast()
	})
	requests(10, func() {
		mu.RLock()
		defer mu.RUnlock()
		for at := lines; lines < at+20; {
			more.Wait()
		}
	})
}
