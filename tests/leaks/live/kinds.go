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

// Leaking programs by what people forget to close, stop, cancel, wait for or take out; mended.go has each repaired.
var kinds = []func(){
	filesOpen, childrenRun, cardinality, timersHold, cancelsForgotten, poolGrows, groupsWait, flightNever,
	loggersOfConnections, substrings, finalizerCycles, listenersOfReloads, templatesParsed, eventsByUser,
	subscribersStay, variablesByURL, versionsStay, streamsAfterClients, receivesNever,
}

func filesOpen() {
	var open []*bufio.Reader
	every(20*time.Millisecond, func() {
		if file, err := os.Open(os.DevNull); err == nil {
			open = append(open, bufio.NewReader(file)) // want heap-growth
		}
	})
}

// childrenRun starts what never ends and waits for none of it.
func childrenRun() {
	every(pace, func() {
		var said bytes.Buffer
		child := exec.Command("sleep", "120")
		child.Stdout = &said
		child.Start() // want goroutines-blocked
	})
}

func cardinality() {
	requests, n := kit.NewCounters(), 0
	every(5*time.Millisecond, func() {
		n++
		requests.With(fmt.Sprint("/user/", n)).Add(1) // want heap-growth
	})
}

func timersHold() {
	every(10*time.Millisecond, func() {
		session := make([]byte, 5000) // want heap-growth
		time.AfterFunc(time.Hour, func() { clear(session) })
	})
}

func cancelsForgotten() {
	server, stop := context.WithCancel(context.Background())
	keep(stop)
	every(2*time.Millisecond, func() {
		for range 3 {
			ctx, cancel := context.WithTimeout(server, time.Hour) // want heap-growth
			if ctx.Err() != nil {
				cancel()
			}
		}
	})
}

// poolGrows puts back what it never empties.
func poolGrows() {
	pool := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	every(20*time.Millisecond, func() {
		page := pool.Get().(*bytes.Buffer)
		page.WriteString(strings.Repeat("row", 3000)) // want heap-growth
		pool.Put(page)
	})
}

func groupsWait() {
	every(pace, func() {
		go func() {
			var group sync.WaitGroup
			results := make(chan int)
			for n := range 2 {
				group.Go(func() {
					results <- n // want goroutine-leak
				})
			}
			<-results
			group.Wait() // want goroutine-leak
		}()
	})
}

type flight struct {
	mu    sync.Mutex
	calls map[string]*sync.WaitGroup
}

func (f *flight) do(key string, act func()) {
	f.mu.Lock()
	if call, ok := f.calls[key]; ok {
		f.mu.Unlock()
		call.Wait() // want goroutines-blocked
		return
	}
	call := new(sync.WaitGroup)
	call.Add(1)
	f.calls[key] = call
	f.mu.Unlock()
	act()
	call.Done()
}

// flightNever has many wait for one that does not come back.
func flightNever() {
	all := &flight{calls: map[string]*sync.WaitGroup{}}
	keep(all)
	answer := make(chan int)
	keep(answer)
	requests(10, func() { all.do("rates", func() { <-answer }) })
}

func loggersOfConnections() {
	base, n := slog.New(slog.NewJSONHandler(io.Discard, nil)), 0
	loggers := map[int]*slog.Logger{}
	every(2*time.Millisecond, func() {
		n++
		loggers[n] = base.With("connection", n, "peer", strings.Repeat("host", 30)) // want heap-growth
	})
}

// substrings keeps a word of each page, and with it the page.
func substrings() {
	var titles []string
	page := bytes.Repeat([]byte("title and text "), 600)
	every(20*time.Millisecond, func() {
		text := string(page) // want heap-growth
		titles = append(titles, strings.Fields(text)[0])
	})
}

type owner struct {
	other *owner
	data  [8 << 10]byte
}

// finalizerCycles has finalizers on what refers to each other, which are never run.
func finalizerCycles() {
	every(20*time.Millisecond, func() {
		one, other := new(owner), new(owner) // want heap-growth
		one.other, other.other = other, one
		runtime.SetFinalizer(one, func(*owner) {})
	})
}

// listenersOfReloads serves anew at each reload and never shuts down what was before.
func listenersOfReloads() {
	every(2*pace, func() {
		if listener, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
			go http.Serve(listener, nil) // want goroutines-blocked
		}
	})
}

func templatesParsed() {
	all, n := template.New("all"), 0
	every(20*time.Millisecond, func() {
		n++
		all.New(fmt.Sprint("mail-", n)).Parse("Dear {{.Name}}, {{range .Rows}}{{.Amount}} {{end}}") // want heap-growth
	})
}

type event struct{ data [2 << 10]byte }

func eventsByUser() {
	byUser, n := map[int][]*event{}, 0
	every(5*time.Millisecond, func() {
		n++
		byUser[n%50] = append(byUser[n%50], new(event)) // want heap-growth
	})
}

type topic struct {
	mu   sync.Mutex
	subs []chan [64]byte
}

func (t *topic) subscribe() <-chan [64]byte {
	mine := make(chan [64]byte, 128) // want heap-growth
	t.mu.Lock()
	defer t.mu.Unlock()
	t.subs = append(t.subs, mine)
	return mine
}

func subscribersStay() {
	news := new(topic)
	keep(news)
	every(20*time.Millisecond, func() { news.subscribe() })
}

func variablesByURL() {
	hits, n := new(expvar.Map), 0
	every(time.Millisecond, func() {
		n++
		hits.Add(fmt.Sprint("/user/", n, strings.Repeat("/x", 80)), 1) // want heap-growth
	})
}

// versionsStay copies on write, and keeps every version for a rollback.
func versionsStay() {
	var now atomic.Pointer[map[int]int]
	var history []map[int]int
	first := map[int]int{}
	for n := range 500 {
		first[n] = n
	}
	now.Store(&first)
	every(50*time.Millisecond, func() {
		next := maps.Clone(*now.Load()) // want heap-growth
		next[len(history)%500]++
		history = append(history, *now.Load())
		now.Store(&next)
	})
}

// streamsAfterClients wait for news on behalf of clients that have gone.
func streamsAfterClients() {
	news := make(chan string)
	keep(news)
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(writer, <-news) // want goroutines-blocked
	}))
	every(pace, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
		}
	})
}

func receivesNever() {
	every(pace, func() {
		stream := kit.NewStream()
		keep(stream)
		go func() {
			for {
				if stream.Recv() == "" { // want goroutines-blocked
					return
				}
			}
		}()
	})
}
