package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Leaking programs of kinds that no rule was made on.
var slips = []func(){
	listenersStay, closuresStay, fanOutStops, tickersOfRequests, statementsByText, countersByURL, valueChain,
	deepQueue, lateAnswers, watchersStay, errorsStay, textGrows, oneTooFew, workersOfRequests,
}

type emitter struct {
	mu        sync.Mutex
	listeners []func([]byte)
}

func (e *emitter) on(act func([]byte)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listeners = append(e.listeners, act)
}

func listenersStay() {
	var events emitter
	every(10*time.Millisecond, func() {
		state := make([]byte, 4096) // want heap-growth
		events.on(func(more []byte) { copy(state, more) })
	})
}

func closuresStay() {
	var undo []func() int
	every(5*time.Millisecond, func() {
		before := strings.Repeat("text", 1000) // want heap-growth
		undo = append(undo, func() int { return len(before) })
	})
}

// fanOutStops returns at the first error and leaves the others with their results.
func fanOutStops() {
	every(500*time.Millisecond, func() {
		results := make(chan error)
		for n := range 3 {
			go func() {
				time.Sleep(time.Duration(n) * time.Millisecond)
				results <- errors.New("failed") // want goroutine-leak
			}()
		}
		<-results
	})
}

func tickersOfRequests() {
	every(250*time.Millisecond, func() {
		refresh := time.NewTicker(time.Second)
		go func() {
			for {
				<-refresh.C // want goroutines-blocked
			}
		}()
	})
}

type statement struct{ plan [6 << 10]byte }

type database struct {
	mu         sync.Mutex
	statements map[string]*statement
}

func (d *database) prepare(text string) *statement {
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.statements[text]; known != nil {
		return known
	}
	made := &statement{} // want heap-growth
	d.statements[text] = made
	return made
}

func statementsByText() {
	db, n := &database{statements: map[string]*statement{}}, 0
	every(10*time.Millisecond, func() {
		n++
		db.prepare(fmt.Sprintf("select * from t where id = %d", n))
	})
}

func countersByURL() {
	type histogram struct{ buckets [512]uint64 }
	var all sync.Map
	n := 0
	every(10*time.Millisecond, func() {
		n++
		all.LoadOrStore(fmt.Sprint("/user/", n), new(histogram)) // want heap-growth
	})
}

type key int

// valueChain takes the context of the last turn as the parent of the next.
func valueChain() {
	ctx := context.Background()
	n := 0
	every(5*time.Millisecond, func() {
		n++
		ctx = context.WithValue(ctx, key(n), make([]byte, 3<<10)) // want heap-growth
	})
}

// deepQueue has a channel so deep that nobody sees that it is not read.
func deepQueue() {
	audit := make(chan []byte, 1<<20)
	every(5*time.Millisecond, func() {
		audit <- make([]byte, 5<<10) // want heap-growth
	})
}

// lateAnswers gives up on a handler whose work goes on and cannot be told.
func lateAnswers() {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		answer := make(chan string)
		go func() {
			time.Sleep(50 * time.Millisecond)
			answer <- "late" // want goroutine-leak
		}()
		select {
		case <-answer:
		case <-time.After(10 * time.Millisecond):
		}
	}))
	every(250*time.Millisecond, func() {
		response, err := http.Get(server.URL)
		if err == nil {
			response.Body.Close()
		}
	})
}

type observer struct {
	changes chan int
	closed  chan struct{}
}

func (w *observer) run() {
	for {
		select { // want goroutine-leak
		case <-w.changes:
		case <-w.closed:
			return
		}
	}
}

func watchersStay() {
	every(250*time.Millisecond, func() {
		one := &observer{make(chan int), make(chan struct{})}
		go one.run()
	})
}

func errorsStay() {
	err := errors.New("start")
	every(5*time.Millisecond, func() {
		err = errors.Join(fmt.Errorf("%s", strings.Repeat("e", 4<<10)), err) // want heap-growth
		if strings.Contains(fmt.Sprintf("%T", err), "never") {
			err = nil
		}
	})
}

type transcript struct{ text strings.Builder }

func textGrows() {
	var all transcript
	every(5*time.Millisecond, func() {
		all.text.WriteString(strings.Repeat("said ", 1000)) // want heap-growth
	})
}

// oneTooFew waits for one more than there are.
func oneTooFew() {
	every(500*time.Millisecond, func() {
		var all sync.WaitGroup
		all.Add(3)
		for range 2 {
			go func() {
				all.Done()
				all.Wait() // want goroutine-leak
			}()
		}
	})
}

func workersOfRequests() {
	type pool struct{ jobs chan func() }
	every(500*time.Millisecond, func() {
		mine := &pool{make(chan func())}
		for range 2 {
			go func() {
				for job := range mine.jobs { // want goroutine-leak
					job()
				}
			}()
		}
		mine.jobs <- func() {}
	})
}
