package main

import (
	"bytes"
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

var leaking = []func(){
	sendOnce, sendAfterTimeout, sendKept, receiveOnce, rangeUnclosed, rangeKept, selectForever, selectKept, selectNoCase,
	nilSend, nilReceive, waitGroup, waitGroupKept, mutexHeld, rwMutexHeld, condNever, onceNever, contextNever,
	contextKept, tickerLoop, sleepLoop, timerLoop, networkRead, acceptedReads, pipeRead, childNeverEnds, pulls,
	growingMap, growingSlice, growingBuffer, growingStrings, growingList, childrenOfContext, subslices, defers,
}

const pace = 250 * time.Millisecond

func sendOnce() {
	every(pace, func() {
		results := make(chan int)
		go func() {
			results <- 1 // want goroutine-leak
		}()
	})
}

func sendAfterTimeout() {
	every(pace, func() {
		results := make(chan int)
		go func() {
			time.Sleep(20 * time.Millisecond)
			results <- 1 // want goroutine-leak
		}()
		select {
		case <-results:
		case <-time.After(time.Millisecond):
		}
	})
}

func sendKept() {
	results := make(chan int)
	keep(results)
	every(pace, func() {
		go func() {
			results <- 1 // want goroutines-blocked
		}()
	})
}

func receiveOnce() {
	every(pace, func() {
		answers := make(chan int)
		go func() {
			<-answers // want goroutine-leak
		}()
	})
}

func rangeUnclosed() {
	every(pace, func() {
		jobs := make(chan int, 1)
		jobs <- 1
		go func() {
			for range jobs { // want goroutine-leak
			}
		}()
	})
}

func rangeKept() {
	every(pace, func() {
		jobs := make(chan int)
		keep(jobs)
		go func() {
			for range jobs { // want goroutines-blocked
			}
		}()
	})
}

func selectForever() {
	every(pace, func() {
		one, other := make(chan int), make(chan int)
		go func() {
			select { // want goroutine-leak
			case <-one:
			case <-other:
			}
		}()
	})
}

func selectKept() {
	every(pace, func() {
		quit, tasks := make(chan int), make(chan int)
		keep(quit)
		go func() {
			for {
				select { // want goroutines-blocked
				case <-tasks:
				case <-quit:
					return
				}
			}
		}()
	})
}

func selectNoCase() {
	every(pace, func() {
		go func() {
			select {} // want goroutine-leak
		}()
	})
}

func nilSend() {
	every(pace, func() {
		var never chan int
		go func() {
			never <- 1 // want goroutine-leak
		}()
	})
}

func nilReceive() {
	every(pace, func() {
		var never chan int
		go func() {
			<-never // want goroutine-leak
		}()
	})
}

func waitGroup() {
	every(pace, func() {
		var all sync.WaitGroup
		all.Add(2)
		go all.Done()
		go func() {
			all.Wait() // want goroutine-leak
		}()
	})
}

func waitGroupKept() {
	var all sync.WaitGroup
	all.Add(1)
	keep(&all)
	every(pace, func() {
		go func() {
			all.Wait() // want goroutines-blocked
		}()
	})
}

func mutexHeld() {
	var mu sync.Mutex
	mu.Lock()
	keep(&mu)
	every(pace, func() {
		go func() {
			mu.Lock() // want goroutines-blocked
		}()
	})
}

func rwMutexHeld() {
	var mu sync.RWMutex
	mu.Lock()
	keep(&mu)
	every(pace, func() {
		go func() {
			mu.RLock() // want goroutines-blocked
		}()
	})
}

func condNever() {
	every(pace, func() {
		var mu sync.Mutex
		cond := sync.NewCond(&mu)
		go func() {
			mu.Lock()
			cond.Wait() // want goroutine-leak
		}()
	})
}

func onceNever() {
	var once sync.Once
	keep(&once)
	every(pace, func() {
		go func() {
			once.Do(func() { select {} }) // want goroutines-blocked
		}()
	})
}

func contextNever() {
	every(pace, func() {
		ctx, cancel := context.WithCancel(context.Background())
		_ = cancel
		go func() {
			<-ctx.Done() // want goroutine-leak
		}()
	})
}

func contextKept() {
	every(pace, func() {
		ctx, cancel := context.WithCancel(context.Background())
		keep(cancel)
		go func() {
			<-ctx.Done() // want goroutines-blocked
		}()
	})
}

func tickerLoop() {
	every(pace, func() {
		go func() {
			ticker := time.NewTicker(time.Second)
			for range ticker.C { // want goroutines-blocked
			}
		}()
	})
}

func sleepLoop() {
	every(pace, func() {
		go func() {
			for {
				time.Sleep(time.Second) // want goroutines-blocked
			}
		}()
	})
}

func timerLoop() {
	every(pace, func() {
		go func() {
			for {
				<-time.After(time.Second) // want goroutines-blocked
			}
		}()
	})
}

func networkRead() {
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
			connection.Read(make([]byte, 1)) // want goroutines-blocked
		}()
	})
}

func acceptedReads() {
	every(pace, func() {
		ours, theirs := net.Pipe()
		keep(theirs)
		go func() {
			io.ReadAll(ours) // want goroutines-blocked
		}()
	})
}

func pipeRead() {
	every(2*pace, func() {
		reader, writer, err := os.Pipe()
		if err != nil {
			return
		}
		keep(writer)
		go func() {
			reader.Read(make([]byte, 1)) // want goroutines-blocked
		}()
	})
}

func childNeverEnds() {
	every(8*pace, func() {
		child := exec.Command("sleep", "90")
		go func() {
			child.Run() // want goroutines-blocked
		}()
	})
}

func pulls() {
	every(pace, func() {
		go func() {
			next, _ := iter.Pull(slices.Values([]int{1, 2}))
			next()
			keep(next)
			select {} // want goroutine-leak
		}()
	})
}

func growingMap() {
	sessions := map[int][]byte{}
	id := 0
	every(pace/25, func() {
		id++
		sessions[id] = make([]byte, 4096) // want heap-growth
	})
}

func growingSlice() {
	type event struct{ fields [16]int }
	var events []event
	every(pace/25, func() {
		for range 20 {
			events = append(events, event{}) // want heap-growth
		}
	})
}

func growingBuffer() {
	var buffer bytes.Buffer
	every(pace/25, func() {
		buffer.Write(make([]byte, 4096)) // want heap-growth
	})
}

func growingStrings() {
	var lines []string
	every(pace/25, func() {
		lines = append(lines, strings.Repeat("x", 4096)) // want heap-growth
	})
}

type node struct {
	next *node
	data [4096]byte
}

func growingList() {
	var first *node
	every(pace/25, func() {
		first = &node{next: first} // want heap-growth
	})
}

func childrenOfContext() {
	parent, stop := context.WithCancel(context.Background())
	defer stop()
	every(pace/25, func() {
		for range 20 {
			_, cancel := context.WithCancel(parent) // want heap-growth
			_ = cancel
		}
	})
}

func subslices() {
	var heads [][]byte
	every(pace/25, func() {
		whole := make([]byte, 8192) // want heap-growth
		heads = append(heads, whole[:4])
	})
}

func defers() {
	for range time.Tick(pace / 10) {
		data := make([]byte, 4096) // want heap-growth
		defer func() { _ = data }()
	}
}
