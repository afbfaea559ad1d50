package main

import (
	"bufio"
	"bytes"
	"context"
	"expvar"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"text/template"
	"time"

	"example.com/kit"
)

// The programs of kinds.go as they are right, under a load that changes.
var mended = []func(){
	filesClosed, childrenAwaited, fewLabels, timersStopped, cancelsCalled, poolEmptied, groupsGathered, flightReturns,
	loggersGoWithConnections, wordsCloned, finalizersRun, listenersShutDown, templatesOnce, eventsCapped,
	subscribersLeave, variablesByRoute, lastVersions, streamsEnd, receivesEnd, bodiesClosedElsewhere,
}

func filesClosed() {
	requests(30, func() {
		if file, err := os.Open(os.DevNull); err == nil {
			defer file.Close()
			bufio.NewReader(file).ReadByte()
			time.Sleep(between(10*time.Millisecond, 2*time.Second))
		}
	})
}

func childrenAwaited() {
	requests(2, func() {
		var said bytes.Buffer
		child := exec.Command("sleep", "3")
		child.Stdout = &said
		if child.Start() == nil {
			child.Wait()
		}
	})
}

func fewLabels() {
	all := kit.NewCounters()
	requests(100, func() { all.With(fmt.Sprint("/user/", between(0, 300).Nanoseconds())).Add(1) })
}

func timersStopped() {
	requests(50, func() {
		session := make([]byte, 5000)
		late := time.AfterFunc(time.Hour, func() { clear(session) })
		defer late.Stop()
		time.Sleep(between(10*time.Millisecond, 3*time.Second))
	})
}

func cancelsCalled() {
	server, stop := context.WithCancel(context.Background())
	keep(stop)
	requests(100, func() {
		ctx, cancel := context.WithTimeout(server, time.Hour)
		defer cancel()
		select {
		case <-ctx.Done():
		case <-time.After(between(time.Millisecond, 2*time.Second)):
		}
	})
}

func poolEmptied() {
	pool := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	requests(50, func() {
		page := pool.Get().(*bytes.Buffer)
		page.Reset()
		page.WriteString(strings.Repeat("row", int(between(10, 30000))))
		time.Sleep(between(time.Millisecond, time.Second))
		pool.Put(page)
	})
}

func groupsGathered() {
	requests(10, func() {
		var group sync.WaitGroup
		results := make(chan int, 2)
		for n := range 2 {
			group.Go(func() {
				time.Sleep(between(time.Millisecond, 2*time.Second))
				results <- n
			})
		}
		<-results
		group.Wait()
	})
}

func flightReturns() {
	all := &flight{calls: map[string]*sync.WaitGroup{}}
	requests(20, func() {
		all.do("rates", func() {
			time.Sleep(between(time.Second, 4*time.Second))
			all.mu.Lock()
			delete(all.calls, "rates")
			all.mu.Unlock()
		})
	})
}

func loggersGoWithConnections() {
	base := slog.New(slog.NewJSONHandler(io.Discard, nil))
	requests(50, func() {
		mine := base.With("connection", 1, "peer", strings.Repeat("host", 300))
		time.Sleep(between(10*time.Millisecond, 5*time.Second))
		mine.Info("gone")
	})
}

func wordsCloned() {
	var mu sync.Mutex
	titles := map[string]string{}
	page := bytes.Repeat([]byte("title and text "), 600)
	requests(50, func() {
		text := string(page)
		mu.Lock()
		defer mu.Unlock()
		titles[fmt.Sprint(between(0, 100))] = strings.Clone(strings.Fields(text)[0])
	})
}

func finalizersRun() {
	requests(40, func() {
		one := new(owner)
		runtime.SetFinalizer(one, func(*owner) {})
		time.Sleep(between(time.Millisecond, 2*time.Second))
		runtime.KeepAlive(one)
	})
}

func listenersShutDown() {
	every(2*pace, func() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return
		}
		server := new(http.Server)
		go server.Serve(listener)
		time.AfterFunc(5*time.Second, func() { server.Shutdown(context.Background()) })
	})
}

func templatesOnce() {
	mail := template.Must(template.New("mail").Parse("Dear {{.}}"))
	requests(50, func() {
		time.Sleep(between(time.Millisecond, time.Second))
		mail.Execute(io.Discard, strings.Repeat("name", 1000))
	})
}

func eventsCapped() {
	var mu sync.Mutex
	byUser := map[int][]*event{}
	requests(50, func() {
		user := int(between(0, 50))
		mu.Lock()
		defer mu.Unlock()
		byUser[user] = append(byUser[user], new(event))
		if len(byUser[user]) > 10 {
			byUser[user] = byUser[user][5:]
		}
	})
}

func (t *topic) leave(mine <-chan [64]byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n, sub := range t.subs {
		if sub == mine {
			t.subs = append(t.subs[:n], t.subs[n+1:]...)
			return
		}
	}
}

func (t *topic) join() <-chan [64]byte {
	mine := make(chan [64]byte, 128)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.subs = append(t.subs, mine)
	return mine
}

func subscribersLeave() {
	news := new(topic)
	requests(30, func() {
		mine := news.join()
		defer news.leave(mine)
		time.Sleep(between(100*time.Millisecond, 8*time.Second))
	})
}

func variablesByRoute() {
	hits := new(expvar.Map)
	requests(100, func() { hits.Add(fmt.Sprint("/route/", between(0, 40)), 1) })
}

func lastVersions() {
	var now atomic.Pointer[map[int]int]
	first := map[int]int{}
	for n := range 500 {
		first[n] = n
	}
	now.Store(&first)
	every(50*time.Millisecond, func() {
		next := maps.Clone(*now.Load())
		next[0]++
		now.Store(&next)
	})
}

func streamsEnd() {
	news := make(chan string)
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		select {
		case text := <-news:
			fmt.Fprintln(writer, text)
		case <-request.Context().Done():
		}
	}))
	requests(10, func() {
		ctx, cancel := context.WithTimeout(context.Background(), between(50*time.Millisecond, 4*time.Second))
		defer cancel()
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
		}
	})
}

func receivesEnd() {
	requests(10, func() {
		stream := kit.NewStream()
		time.AfterFunc(between(100*time.Millisecond, 5*time.Second), stream.Close)
		for stream.Recv() != "" {
		}
	})
}

func drained(response *http.Response) {
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
}

func bodiesClosedElsewhere() {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Write(make([]byte, 1<<16))
		time.Sleep(between(10*time.Millisecond, 2*time.Second))
	}))
	requests(10, func() {
		if response, err := http.Get(server.URL); err == nil {
			drained(response)
		}
	})
}
