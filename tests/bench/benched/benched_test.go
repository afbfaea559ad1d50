// Package benched has a benchmark of each kind. A line that allocates says how much with `want`: B/op and allocs/op of
// one benchmark; where the lines do not add up, its declaration says `unsteady`.
package benched

import (
	"strings"
	"sync"
	"testing"
)

type record struct {
	id   int
	next *record
	pad  [4]int64
}

type pair[T any] struct {
	first, second *T
}

var (
	sink     any
	bytes    []byte
	kept     *record
	text     string
	function func() int
	table    map[int]int
	tiny     *int32
	letter   *byte
)

//go:noinline
func fresh(id int) *record {
	return &record{id: id} // want Records 48 1, Loop 48 1, Stopped 48 1
}

//go:noinline
func both[T any](value T) pair[T] {
	first := value  // want Generic 64 1
	second := value // want Generic 64 1
	return pair[T]{&first, &second}
}

func inlined(n int) []byte {
	return make([]byte, n) // want Inlined 112 1
}

func BenchmarkNothing(b *testing.B) {
	for i := 0; i < b.N; i++ {
		kept = nil
	}
}

func BenchmarkRecords(b *testing.B) {
	for i := 0; i < b.N; i++ {
		kept = fresh(i)
	}
}

func BenchmarkLoop(b *testing.B) {
	for b.Loop() {
		kept = fresh(1)
	}
}

func BenchmarkGeneric(b *testing.B) {
	value := [8]int64{}
	for i := 0; i < b.N; i++ {
		sink = both(value) // want Generic 16 1
	}
}

func BenchmarkInlined(b *testing.B) {
	n := 100
	for i := 0; i < b.N; i++ {
		bytes = inlined(n + i%2)
	}
}

func BenchmarkClosure(b *testing.B) {
	for i := 0; i < b.N; i++ {
		captured := [4]int{i}
		function = func() int { return captured[i%4] } // want Closure 48 1
	}
}

func BenchmarkSetUp(b *testing.B) {
	all := make([]*record, 1<<16)
	for i := range all {
		all[i] = &record{}
	}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		bytes = make([]byte, 256) // want SetUp 256 1
	}
}

func BenchmarkStopped(b *testing.B) {
	for i := 0; i < b.N; i++ {
		kept = fresh(i)
	}
	b.StopTimer()
	bytes = make([]byte, 1<<20)
}

func BenchmarkSub(b *testing.B) {
	for _, name := range []string{"a few", "a/b"} {
		b.Run(name, func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				bytes = make([]byte, 32+len(name)) // want Sub/a_few 48 1, Sub/a/b 48 1
			}
		})
	}
}

func BenchmarkParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			local := make([]byte, 64) // want Parallel 64 1
			hold(local)
		}
	})
}

//go:noinline
func hold(held []byte) {
	if len(held) == 0 {
		mutex.Lock()
		bytes = held
		mutex.Unlock()
	}
}

var mutex sync.Mutex

var pool = sync.Pool{New: func() any { return new(record) }}

func BenchmarkPool(b *testing.B) {
	for i := 0; i < b.N; i++ {
		pool.Put(pool.Get())
	}
}

func BenchmarkTiny(b *testing.B) {
	for i := 0; i < b.N; i++ {
		tiny = new(int32) // want Tiny 4 1
	}
}

func BenchmarkTwoTiny(b *testing.B) {
	for i := 0; i < b.N; i++ {
		tiny = new(int32)
		letter = new(byte)
	}
}

func BenchmarkConcat(b *testing.B) {
	word := strings.Repeat("x", 40)
	for i := 0; i < b.N; i++ {
		text = word + word // want Concat 80 1
	}
}

func BenchmarkConvert(b *testing.B) {
	word := strings.Repeat("x", 100)
	for i := 0; i < b.N; i++ {
		bytes = []byte(word) // want Convert 112 1
	}
}

func BenchmarkInterface(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = [3]int{i} // want Interface 24 1
	}
}

func BenchmarkAppend(b *testing.B) {
	for i := 0; i < b.N; i++ {
		var grown []int64
		for j := range 5 {
			grown = append(grown, int64(j)) // want Append 120 4
		}
		sink = grown // want Append 24 1
	}
}

func BenchmarkMap(b *testing.B) { // unsteady
	table = map[int]int{}
	for i := 0; i < b.N; i++ {
		table[i] = i
	}
}

func BenchmarkGrows(b *testing.B) { // unsteady
	var all [][]byte
	for i := 0; i < b.N; i++ {
		all = append(all, make([]byte, 16+i/64))
	}
	sink = all
}

func BenchmarkGoroutine(b *testing.B) {
	done := make(chan []byte)
	for i := 0; i < b.N; i++ {
		go func() { // want Goroutine 16 1
			done <- make([]byte, 512) // want Goroutine 512 1
		}()
		bytes = <-done
	}
}
