package main

import (
	"bufio"
	"bytes"
	"container/list"
	"context"
	"io"
	"iter"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

var sound = []func(){
	idlePool, fillingPool, tickers, longPolls, webSockets, streams, batcher, boundedCache, warmUp, traffic, cron,
	throttle, fanOut, subscribers, limiter, condQueue, shortLocks, pipelines, retries, connectionPool, flights,
	buffers, ring, sessions, metrics, delayed, generators, children, tails, reloads, decoders, arenas, debounce,
	contexts, timeouts,
}

func idlePool() {
	jobs := make(chan func())
	for range 150 {
		go func() {
			for job := range jobs {
				job()
			}
		}()
	}
	requests(30, func() { jobs <- func() { time.Sleep(10 * time.Millisecond) } })
}

// fillingPool starts a worker when none is idle, until there are enough.
func fillingPool() {
	jobs, workers := make(chan int), make(chan struct{}, 60)
	requests(60, func() {
		select {
		case jobs <- 1:
		case workers <- struct{}{}:
			go func() {
				for range jobs {
					time.Sleep(time.Second)
				}
			}()
		case <-time.After(time.Second):
		}
	})
}

func tickers() {
	stop := make(chan struct{})
	for range 40 {
		go func() {
			ticker := time.NewTicker(between(time.Second, 5*time.Second))
			defer ticker.Stop()
			for {
				select {
				case <-ticker.C:
				case <-stop:
					return
				}
			}
		}()
	}
	keep(stop)
}

func longPolls() {
	news := make(chan string)
	go every(300*time.Millisecond, func() {
		select {
		case news <- "news":
		default:
		}
	})
	requests(15, func() {
		select {
		case <-news:
		case <-time.After(4 * time.Second):
		}
	})
}

// webSockets has clients that come within half a minute and leave later.
func webSockets() {
	for range 40 {
		ours, theirs := net.Pipe()
		go func() {
			defer ours.Close()
			buffer := make([]byte, 512)
			for {
				if _, err := ours.Read(buffer); err != nil {
					return
				}
			}
		}()
		time.AfterFunc(between(60*time.Second, 120*time.Second), func() { theirs.Close() })
		time.Sleep(700 * time.Millisecond)
	}
}

func streams() {
	requests(8, func() {
		ctx, cancel := context.WithTimeout(context.Background(), between(2*time.Second, 6*time.Second))
		defer cancel()
		messages := make(chan int)
		go func() {
			defer close(messages)
			for n := 0; ; n++ {
				select {
				case messages <- n:
					time.Sleep(100 * time.Millisecond)
				case <-ctx.Done():
					return
				}
			}
		}()
		for range messages {
		}
	})
}

func batcher() {
	items := make(chan []byte)
	go requests(100, func() { items <- make([]byte, 4096) })
	var batch [][]byte
	flush := time.Tick(4 * time.Second)
	for {
		select {
		case item := <-items:
			batch = append(batch, item)
		case <-flush:
			batch = nil
		}
	}
}

func boundedCache() {
	const most = 300
	cache, order, mu := map[int][]byte{}, list.New(), sync.Mutex{}
	key := 0
	requests(20, func() {
		mu.Lock()
		defer mu.Unlock()
		key++
		cache[key] = make([]byte, 16<<10)
		order.PushBack(key)
		if order.Len() > most {
			delete(cache, order.Remove(order.Front()).(int))
		}
	})
}

func warmUp() {
	var tables [][]byte
	for range 20 {
		tables = append(tables, make([]byte, 1<<20))
		time.Sleep(700 * time.Millisecond)
	}
	keep(tables)
}

func traffic() {
	requests(120, func() {
		body := make([]byte, 32<<10)
		time.Sleep(between(50*time.Millisecond, 800*time.Millisecond))
		keep(len(body))
		keeping.Lock()
		kept = kept[:len(kept)-1]
		keeping.Unlock()
	})
}

func cron() {
	every(10*time.Second, func() {
		for range 20 {
			go time.Sleep(3 * time.Second)
		}
	})
}

func throttle() {
	slots := make(chan struct{}, 10)
	requests(25, func() {
		slots <- struct{}{}
		defer func() { <-slots }()
		time.Sleep(between(100*time.Millisecond, 500*time.Millisecond))
	})
}

func fanOut() {
	requests(10, func() {
		var all sync.WaitGroup
		for range 5 {
			all.Add(1)
			go func() {
				defer all.Done()
				time.Sleep(between(100*time.Millisecond, time.Second))
			}()
		}
		all.Wait()
	})
}

func subscribers() {
	var mu sync.Mutex
	all := map[chan int]bool{}
	go every(200*time.Millisecond, func() {
		mu.Lock()
		defer mu.Unlock()
		for subscriber := range all {
			select {
			case subscriber <- 1:
			default:
			}
		}
	})
	requests(5, func() {
		mine := make(chan int, 4)
		mu.Lock()
		all[mine] = true
		mu.Unlock()
		done := time.After(between(2*time.Second, 8*time.Second))
		for {
			select {
			case <-mine:
				continue
			case <-done:
			}
			break
		}
		mu.Lock()
		delete(all, mine)
		mu.Unlock()
	})
}

func limiter() {
	tokens := time.Tick(20 * time.Millisecond)
	requests(40, func() { <-tokens })
}

func condQueue() {
	var mu sync.Mutex
	cond, waiting := sync.NewCond(&mu), 0
	for range 30 {
		go func() {
			for {
				mu.Lock()
				for waiting == 0 {
					cond.Wait()
				}
				waiting--
				mu.Unlock()
				time.Sleep(50 * time.Millisecond)
			}
		}()
	}
	requests(40, func() {
		mu.Lock()
		waiting++
		mu.Unlock()
		cond.Signal()
	})
}

func shortLocks() {
	var mu sync.Mutex
	requests(50, func() {
		mu.Lock()
		defer mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	})
}

func pipelines() {
	requests(5, func() {
		source, doubled := make(chan int), make(chan int)
		go func() {
			defer close(source)
			for n := range 10 {
				source <- n
				time.Sleep(100 * time.Millisecond)
			}
		}()
		go func() {
			defer close(doubled)
			for n := range source {
				doubled <- 2 * n
			}
		}()
		for range doubled {
		}
	})
}

func retries() {
	requests(6, func() {
		for wait := 100 * time.Millisecond; wait < 3*time.Second; wait *= 2 {
			time.Sleep(wait)
		}
	})
}

func connectionPool() {
	idle := make(chan net.Conn, 20)
	requests(30, func() {
		var connection net.Conn
		select {
		case connection = <-idle:
		default:
			ours, theirs := net.Pipe()
			go io.Copy(theirs, theirs)
			connection = ours
		}
		connection.Write([]byte("question"))
		io.ReadFull(connection, make([]byte, 8))
		select {
		case idle <- connection:
		default:
			connection.Close()
		}
	})
}

func flights() {
	var mu sync.Mutex
	var flight chan struct{}
	requests(40, func() {
		mu.Lock()
		mine := flight
		if mine == nil {
			mine = make(chan struct{})
			flight = mine
			time.AfterFunc(2*time.Second, func() {
				mu.Lock()
				defer mu.Unlock()
				close(flight)
				flight = nil
			})
		}
		mu.Unlock()
		<-mine
	})
}

func buffers() {
	pool := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	requests(40, func() {
		buffer := pool.Get().(*bytes.Buffer)
		defer pool.Put(buffer)
		buffer.Reset()
		buffer.Write(make([]byte, between(1<<10, 64<<10)))
		time.Sleep(100 * time.Millisecond)
	})
}

func ring() {
	entries, next := make([]string, 2000), 0
	requests(50, func() {
		keeping.Lock()
		defer keeping.Unlock()
		entries[next%len(entries)] = strings.Repeat("x", 512)
		next++
	})
}

func sessions() {
	var mu sync.Mutex
	all := map[int][]byte{}
	id := 0
	requests(30, func() {
		mu.Lock()
		defer mu.Unlock()
		id++
		mine := id
		all[mine] = make([]byte, 8<<10)
		time.AfterFunc(8*time.Second, func() {
			mu.Lock()
			defer mu.Unlock()
			delete(all, mine)
		})
	})
}

func metrics() {
	var mu sync.Mutex
	counters := map[string]int{}
	requests(80, func() {
		mu.Lock()
		defer mu.Unlock()
		counters[strings.Repeat("k", int(between(1, 300)))]++
	})
}

func delayed() {
	requests(15, func() { time.AfterFunc(between(2*time.Second, 8*time.Second), func() {}) })
}

func generators() {
	requests(10, func() {
		next, stop := iter.Pull(slices.Values([]int{1, 2, 3}))
		defer stop()
		for n, ok := next(); ok; n, ok = next() {
			time.Sleep(time.Duration(n) * 100 * time.Millisecond)
		}
	})
}

func children() {
	requests(2, func() { exec.Command("sleep", "1").Run() })
}

func tails() {
	for range 20 {
		reader, writer, err := os.Pipe()
		if err != nil {
			return
		}
		go func() {
			lines := bufio.NewScanner(reader)
			for lines.Scan() {
			}
		}()
		keep(writer)
	}
}

// reloads replaces all workers again and again.
func reloads() {
	for {
		stop := make(chan struct{})
		for range 30 {
			go func() { <-stop }()
		}
		time.Sleep(20 * time.Second)
		close(stop)
	}
}

func decoders() {
	requests(10, func() {
		lines := bufio.NewScanner(strings.NewReader(strings.Repeat("line\n", 20000)))
		for lines.Scan() {
		}
	})
}

func arenas() {
	requests(5, func() {
		var arena []int
		for n := range 200000 {
			arena = append(arena, n)
		}
		time.Sleep(500 * time.Millisecond)
		_ = arena[len(arena)-1]
	})
}

func debounce() {
	var mu sync.Mutex
	var timer *time.Timer
	requests(20, func() {
		mu.Lock()
		defer mu.Unlock()
		if timer != nil {
			timer.Stop()
		}
		timer = time.AfterFunc(time.Second, func() {})
	})
}

func contexts() {
	parent := context.Background()
	requests(40, func() {
		ctx, cancel := context.WithTimeout(parent, time.Second)
		defer cancel()
		<-ctx.Done()
	})
}

func timeouts() {
	requests(30, func() {
		select {
		case <-make(chan int):
		case <-time.After(1500 * time.Millisecond):
		}
	})
}
