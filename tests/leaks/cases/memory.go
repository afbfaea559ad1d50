package cases

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

const work = 400 // pieces of work in a round, more or less

func growingMap(rng *rand.Rand) Step {
	sessions := map[string][]byte{}
	return func(round int) {
		for i := range some(rng, work) {
			sessions[fmt.Sprint(round, i)] = make([]byte, 512) // want map: heap-growth never shrank
		}
	}
}

func backingArray(rng *rand.Rand) Step {
	var heads [][]byte
	return func(int) {
		for range some(rng, work) {
			heads = append(heads, readAll()[:4])
		}
	}
}

func readAll() []byte {
	return make([]byte, 4096) // want backing-array: heap-growth never shrank
}

func misusedPool(rng *rand.Rand) Step {
	pool := sync.Pool{New: func() any {
		return new([2048]byte) // want pool: heap-growth never shrank
	}}
	var kept []*[2048]byte
	return func(int) {
		for range some(rng, work) {
			kept = append(kept, pool.Get().(*[2048]byte))
		}
	}
}

func closure(rng *rand.Rand) Step {
	var reports []func() int
	return func(int) {
		for range some(rng, work) {
			rows := make([]int, 256)                                   // want closure: heap-growth never shrank
			reports = append(reports, func() int { return len(rows) }) // may closure: heap-growth allocated by cases.closure
		}
	}
}

func afterFunc(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, 4*work) {
			time.AfterFunc(time.Hour, func() {}) // want after-func: heap-growth time.AfterFunc of the standard library
		}
	}
}

func unclosedBody(rng *rand.Rand) Step {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(bytes.Repeat([]byte("x"), 9000))
	}))
	return func(int) {
		for range some(rng, each) {
			response, err := http.Get(server.URL) // want http-body: goroutines-blocked for a response body
			if err != nil {
				panic(err)
			}
			_ = response.Status
		}
	}
}

func inLibrary(rng *rand.Rand) Step {
	var texts []string
	return func(int) {
		for range some(rng, work) {
			texts = append(texts, strings.Repeat("x", 1000)) // want in-library: heap-growth strings.Repeat of the standard library
		}
	}
}

func warmUp(rng *rand.Rand) Step {
	var tables [][]byte
	return func(round int) {
		if round < 3 {
			for range some(rng, 4*work) {
				tables = append(tables, make([]byte, 1024))
			}
		}
		churnOnce(rng)
	}
}

func boundedCache(rng *rand.Rand) Step {
	cache := map[int][]byte{}
	return func(int) {
		for range some(rng, 8*work) {
			key := rng.IntN(2 * work)
			if cache[key] == nil {
				cache[key] = make([]byte, 1024)
			}
		}
	}
}

func churn(rng *rand.Rand) Step {
	return func(int) { churnOnce(rng) }
}

func churnOnce(rng *rand.Rand) {
	var text []byte
	for range some(rng, work) {
		text = append(make([]byte, 0, 2048), text[:0]...)
	}
	io.Discard.Write(text)
}

func burst(rng *rand.Rand) Step {
	var pending [][]byte
	at := 2 + rng.IntN(4)
	return func(round int) {
		pending = nil
		if round >= at && round < at+3 {
			for range some(rng, 4*work) {
				pending = append(pending, make([]byte, 1024))
			}
		}
	}
}

func turnover(rng *rand.Rand) Step {
	recent := make([][]byte, 2*work)
	return func(int) {
		for range some(rng, work) {
			recent[rng.IntN(len(recent))] = make([]byte, 1024)
		}
	}
}

func timeAfter(rng *rand.Rand) Step {
	return func(int) {
		ready := make(chan int, 1)
		for range some(rng, work) {
			ready <- 1
			select {
			case <-ready:
			case <-time.After(time.Hour):
			}
		}
	}
}

func goodPool(rng *rand.Rand) Step {
	pool := sync.Pool{New: func() any { return new([2048]byte) }}
	return func(int) {
		for range some(rng, work) {
			buffer := pool.Get()
			pool.Put(buffer)
		}
	}
}

func closedBody(rng *rand.Rand) Step {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(bytes.Repeat([]byte("x"), 9000))
	}))
	return func(int) {
		for range some(rng, each) {
			response, err := http.Get(server.URL)
			if err != nil {
				panic(err)
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	}
}
