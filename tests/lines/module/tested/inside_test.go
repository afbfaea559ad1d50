package tested

import (
	"os"
	"testing"
)

var table = []func(){
	func() { Keep(1) }, // here
	func() {
		Keep(2) // here
	},
}

func TestMain(m *testing.M) {
	os.Exit(m.Run()) // here
}

func TestInside(t *testing.T) {
	for _, run := range table {
		run() // here
	}
	t.Run("one", func(t *testing.T) { // perhaps
		Keep(1)                           // here
		t.Run("two", func(t *testing.T) { // perhaps
			helper(t) // here
		})
	})
	t.Cleanup(func() { Keep(1) }) // here
}

func helper(t *testing.T) {
	t.Helper() // perhaps
	Keep(1)    // here
}

func BenchmarkInside(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Keep(1) // here
	}
	b.Run("sub", func(b *testing.B) { // perhaps
		for i := 0; i < b.N; i++ {
			Keep(1) // here
		}
	})
	b.RunParallel(func(pb *testing.PB) { // perhaps
		for pb.Next() {
			Keep(1) // here
		}
	})
}

func FuzzInside(f *testing.F) {
	f.Add(1)                           // perhaps
	f.Fuzz(func(_ *testing.T, n int) { // perhaps
		Keep(n) // here
	})
}
