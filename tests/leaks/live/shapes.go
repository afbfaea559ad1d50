package main

import (
	"bufio"
	"container/heap"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Leaks in shapes that no rule was made on.
var shapes = []func(){
	firstAnswerWins, errorChannel, stageAbandoned, brokenSemaphore, resultNeverRead, queueWithoutConsumer, brokerKept,
	mergeForgotten, barrier, doubleLock, writerStarved, readerInReader, condSignalLost, onceInOnce, groupCounted,
	afterFuncContext, withoutDeadline, signalListeners, tickerPerRequest, backoffForever, pollForever, pipeWriter,
	unixSocket, serverHangs, rowsNeverClosed, transactionsOpen, genericWorker, methodWorker, nested,
	growingQueue, growingIndex, growingLabels, growingLog, growingRegistry, growingMatrix, compiledPatterns,
	linkedTrie, retainedRequests,
}

func firstAnswerWins() {
	every(pace, func() {
		answers := make(chan string)
		for _, replica := range []string{"a", "b", "c"} {
			go func() {
				answers <- replica // want goroutine-leak
			}()
		}
		<-answers
	})
}

func errorChannel() {
	work := func() error {
		failed := make(chan error)
		go func() {
			time.Sleep(30 * time.Millisecond)
			failed <- io.EOF // want goroutine-leak
		}()
		return nil
	}
	every(pace, func() { work() })
}

// stageAbandoned is a pipeline of which the reader leaves early.
func stageAbandoned() {
	numbers := func() <-chan int {
		out := make(chan int)
		go func() {
			defer close(out)
			for n := range 100 {
				out <- n // want goroutine-leak
			}
		}()
		return out
	}
	every(pace, func() {
		for n := range numbers() {
			if n == 3 {
				break
			}
		}
	})
}

func brokenSemaphore() {
	slots := make(chan struct{}, 3)
	keep(slots)
	requests(10, func() {
		slots <- struct{}{} // want goroutines-blocked
		if time.Now().IsZero() {
			<-slots
		}
	})
}

func resultNeverRead() {
	type job struct{ reply chan []byte }
	every(pace, func() {
		asked := job{reply: make(chan []byte)}
		go func(j job) {
			j.reply <- make([]byte, 10) // want goroutine-leak
		}(asked)
	})
}

func queueWithoutConsumer() {
	queue := make(chan int, 20)
	keep(queue)
	every(pace, func() {
		go func() {
			queue <- 1 // want goroutines-blocked
		}()
	})
}

type broker struct {
	mu   sync.Mutex
	subs map[int]chan int
}

// brokerKept never takes out who has gone.
func brokerKept() {
	all := &broker{subs: map[int]chan int{}}
	keep(all)
	id := 0
	every(pace, func() {
		id++
		mine := make(chan int)
		all.mu.Lock()
		all.subs[id] = mine
		all.mu.Unlock()
		go func() {
			for message := range mine { // want goroutines-blocked
				_ = message
			}
		}()
	})
}

func mergeForgotten() {
	every(pace, func() {
		left, right, done := make(chan int), make(chan int), make(chan struct{})
		go func() {
			for {
				select { // want goroutine-leak
				case <-left:
				case <-right:
				case <-done:
					return
				}
			}
		}()
	})
}

func barrier() {
	every(pace, func() {
		var start sync.WaitGroup
		start.Add(1)
		for range 2 {
			go func() {
				start.Wait() // want goroutine-leak
			}()
		}
	})
}

type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) add(n int) {
	a.mu.Lock() // want goroutine-leak
	defer a.mu.Unlock()
	a.balance += n
}

func (a *account) move(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.add(n)
}

func doubleLock() {
	every(pace, func() { go new(account).move(1) })
}

func writerStarved() {
	var mu sync.RWMutex
	mu.RLock()
	keep(&mu)
	every(pace, func() {
		go func() {
			mu.Lock() // want goroutines-blocked
			mu.Unlock()
		}()
	})
}

func readerInReader() {
	every(pace, func() {
		var mu sync.RWMutex
		mu.RLock()
		go func() {
			mu.Lock() // want goroutine-leak
		}()
		go func() {
			time.Sleep(20 * time.Millisecond)
			mu.RLock() // want goroutine-leak
		}()
	})
}

func condSignalLost() {
	every(pace, func() {
		var mu sync.Mutex
		ready, isReady := sync.NewCond(&mu), false
		ready.Signal()
		go func() {
			mu.Lock()
			defer mu.Unlock()
			for !isReady {
				ready.Wait() // want goroutine-leak
			}
		}()
	})
}

func onceInOnce() {
	every(pace, func() {
		var once sync.Once
		go once.Do(func() {
			once.Do(func() {}) // want goroutine-leak
		})
	})
}

func groupCounted() {
	every(pace, func() {
		var group sync.WaitGroup
		for n := range 3 {
			group.Add(1)
			go func() {
				if n == 1 {
					return
				}
				group.Done()
			}()
		}
		go func() {
			group.Wait() // want goroutine-leak
		}()
	})
}

func afterFuncContext() {
	root, stop := context.WithCancel(context.Background())
	keep(stop)
	every(pace, func() {
		ctx, cancel := context.WithTimeout(root, time.Hour)
		_ = cancel
		go func() {
			select {
			case <-ctx.Done(): // want goroutines-blocked
			}
		}()
	})
}

// withoutDeadline asks a server that takes the connection and never answers.
func withoutDeadline() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			keep(connection)
		}
	}()
	every(pace, func() {
		go func() {
			connection, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				return
			}
			fmt.Fprintln(connection, "hello")
			bufio.NewReader(connection).ReadString('\n') // want goroutines-blocked
		}()
	})
}

func signalListeners() {
	every(pace, func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGUSR2)
		go func() {
			<-signals // want goroutines-blocked
		}()
	})
}

func tickerPerRequest() {
	every(pace, func() {
		refresh := time.NewTicker(700 * time.Millisecond)
		stop := make(chan struct{})
		go func() {
			for {
				select { // want goroutines-blocked
				case <-refresh.C:
				case <-stop:
					return
				}
			}
		}()
	})
}

func backoffForever() {
	every(pace, func() {
		go func() {
			for wait := 100 * time.Millisecond; ; wait = min(2*wait, 3*time.Second) {
				if _, err := os.Stat("/nowhere/at/all"); err == nil {
					return
				}
				time.Sleep(wait) // want goroutines-blocked
			}
		}()
	})
}

func pollForever() {
	every(pace, func() {
		done := false
		go func() {
			for !done {
				<-time.After(500 * time.Millisecond) // want goroutines-blocked
			}
		}()
	})
}

func pipeWriter() {
	every(pace, func() {
		reader, writer := io.Pipe()
		keep(reader)
		go func() {
			writer.Write(make([]byte, 10)) // want goroutines-blocked
		}()
	})
}

func unixSocket() {
	path := fmt.Sprintf("%s/shapes-%d.sock", os.TempDir(), os.Getpid())
	listener, err := net.Listen("unix", path)
	if err != nil {
		return
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(io.Discard, connection) // want goroutines-blocked
			}()
		}
	}()
	every(pace, func() {
		if connection, err := net.Dial("unix", path); err == nil {
			keep(connection)
		}
	})
}

// serverHangs has handlers that wait for what never comes.
func serverHangs() {
	never := make(chan struct{})
	keep(never)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		<-never // want goroutines-blocked
	}))
	client := &http.Client{Timeout: 2 * time.Second}
	every(pace, func() { go client.Get(server.URL) })
}

func rowsNeverClosed() {
	db, err := sql.Open("slow", "")
	if err != nil {
		return
	}
	every(pace, func() {
		rows, err := db.QueryContext(cancellable(), "select") // want goroutines-blocked
		if err == nil {
			rows.Next()
		}
	})
}

func transactionsOpen() {
	db, err := sql.Open("slow", "")
	if err != nil {
		return
	}
	every(pace, func() {
		transaction, err := db.BeginTx(cancellable(), nil) // want goroutines-blocked
		if err == nil {
			transaction.Exec("update")
		}
	})
}

func cancellable() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	keep(cancel)
	return ctx
}

type queue[T any] struct{ items chan T }

func (q *queue[T]) consume(act func(T)) {
	for item := range q.items { // want goroutine-leak
		act(item)
	}
}

func genericWorker() {
	every(pace, func() {
		jobs := &queue[string]{make(chan string)}
		go jobs.consume(func(string) {})
	})
}

type watcher struct{ events, quit chan int }

func (w watcher) run() {
	select { // want goroutine-leak
	case <-w.events:
	case <-w.quit:
	}
}

func methodWorker() {
	every(pace, func() { go watcher{make(chan int), make(chan int)}.run() })
}

func nested() {
	wait := func(until <-chan struct{}) {
		<-until // want goroutine-leak
	}
	every(pace, func() {
		go func() {
			inner := make(chan struct{})
			func() { wait(inner) }()
		}()
	})
}

type task struct {
	when    int
	payload [2048]byte
}
type tasks []*task

func (t tasks) Len() int           { return len(t) }
func (t tasks) Less(i, j int) bool { return t[i].when < t[j].when }
func (t tasks) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *tasks) Push(x any)        { *t = append(*t, x.(*task)) }
func (t *tasks) Pop() any          { last := (*t)[len(*t)-1]; *t = (*t)[:len(*t)-1]; return last }

func growingQueue() {
	var waiting tasks
	every(pace/25, func() {
		for range 2 {
			heap.Push(&waiting, &task{when: waiting.Len()}) // want heap-growth
		}
	})
}

func growingIndex() {
	index := map[string][]int{}
	document := 0
	every(pace/25, func() {
		document++
		for n := range 40 {
			word := fmt.Sprint("word", n)
			index[word] = append(index[word], document, document, document) // want heap-growth
		}
	})
}

// growingLabels counts by a label that is never the same.
func growingLabels() {
	counters := map[string]*[256]int{}
	id := 0
	every(pace/25, func() {
		id++
		counters[fmt.Sprint("user-", id)] = new([256]int) // want heap-growth
	})
}

func growingLog() {
	var all strings.Builder
	logger := slog.New(slog.NewTextHandler(&all, nil))
	every(pace/25, func() {
		logger.Info(strings.Repeat("a", 4000)) // want heap-growth
	})
}

type plugin struct{ state []byte }

func newPlugin() *plugin {
	return &plugin{state: make([]byte, 6000)} // want heap-growth
}

func growingRegistry() {
	var registry sync.Map
	id := 0
	every(pace/25, func() {
		id++
		registry.Store(id, newPlugin())
	})
}

func growingMatrix() {
	var rows [][]float64
	every(pace/5, func() {
		row := make([]float64, 4096) // want heap-growth
		rows = append(rows, row)
	})
}

func compiledPatterns() {
	cache := map[string]*regexp.Regexp{}
	id := 0
	every(pace/25, func() {
		id++
		pattern := fmt.Sprintf("^user-%d-[a-z]+(x|y)*$", id)
		cache[pattern] = regexp.MustCompile(pattern) // want heap-growth
	})
}

type branch struct {
	next [64]*branch
}

func linkedTrie() {
	root := &branch{}
	path := 0
	every(pace/25, func() {
		path++
		at := root
		for left := path; left > 0; left /= 64 {
			if at.next[left%64] == nil {
				at.next[left%64] = &branch{} // want heap-growth
			}
			at = at.next[left%64]
		}
		for range 6 {
			at.next[63] = &branch{next: [64]*branch{at.next[63]}} // want heap-growth
		}
	})
}

// retainedRequests keeps the body of each request in a list for debugging.
func retainedRequests() {
	var history [][]byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body) // want heap-growth
		keeping.Lock()
		history = append(history, body)
		keeping.Unlock()
	}))
	every(pace/5, func() {
		if response, err := http.Post(server.URL, "", strings.NewReader(strings.Repeat("b", 20000))); err == nil {
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	})
}
