// Polled has ten thousand goroutines and a heap profile of five thousand
// stacks, some of which grow. It prints its address, at /polls how often its
// heap was asked for, and at /pause how many nanoseconds it stood still at most.
package main

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

const (
	stacks     = 5_000
	depth      = 13 // 2^13 ways to go left or right, of which the first ones are used
	goroutines = 10_000
	ways       = 100
	size       = 32 << 10
)

var (
	mu    sync.Mutex
	kept  = make(map[int][][]byte)
	polls atomic.Int64
)

//go:noinline
func left(way, more int, end func()) { step(way, more, end) }

//go:noinline
func right(way, more int, end func()) { step(way, more, end) }

//go:noinline
func step(way, more int, end func()) {
	switch {
	case more == 0:
		end()
	case way&1 == 0:
		left(way>>1, more-1, end)
	default:
		right(way>>1, more-1, end)
	}
}

func keep(way int) {
	step(way, depth, func() {
		mu.Lock()
		defer mu.Unlock()
		kept[way] = append(kept[way], make([]byte, size))
	})
}

// longestPause is that of all since the program began, by the upper end of the
// bucket that it is in.
func longestPause() time.Duration {
	samples := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}, {Name: "/sched/pauses/total/other:seconds"}}
	metrics.Read(samples)
	longest := 0.0
	for _, sample := range samples {
		histogram := sample.Value.Float64Histogram()
		for i, count := range histogram.Counts {
			if end := histogram.Buckets[i+1]; count > 0 && !math.IsInf(end, 1) {
				longest = max(longest, end)
			}
		}
	}
	return time.Duration(longest * float64(time.Second))
}

func main() {
	runtime.MemProfileRate = size / 16 // so that every stack is in the profile
	for way := range stacks {
		keep(way)
	}
	for i := range goroutines {
		go step(i%ways, depth, func() { select {} })
	}
	go func() {
		for i := 0; ; i++ {
			keep(i % ways)
			time.Sleep(50 * time.Millisecond)
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/heap", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("debug") == "" {
			polls.Add(1)
		}
		pprof.Handler("heap").ServeHTTP(w, r)
	})
	mux.HandleFunc("/debug/pprof/goroutine", pprof.Handler("goroutine").ServeHTTP)
	mux.HandleFunc("/debug/pprof/goroutineleak", pprof.Handler("goroutineleak").ServeHTTP)
	mux.HandleFunc("/pause", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, longestPause().Nanoseconds()) })
	mux.HandleFunc("/polls", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, polls.Load()) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	panic(http.Serve(listener, mux))
}
