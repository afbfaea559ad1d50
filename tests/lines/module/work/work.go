// Package work has each construct for which cmd/compile or the linker has a name of its own.
// A line that ends in "here" is in the stack of an allocation, whichever Go built it; no other line is.
// One that ends in "perhaps" is where some do.
package work

import (
	"example.com/lines/work/linked"
	"example.com/lines/work/outside"
)

var sink [][]byte

//go:noinline
func keep(n int) int {
	sink = append(sink, make([]byte, n*64)) // here
	return n
}

// Run runs all of them.
func Run() {
	mixed() // here
	functions()       // here
	closures()        // here
	methods()         // here
	generics()        // here
	statements()      // here
	inlined()         // here
	ranges()          // here
	generated()       // here
	outside.Run(keep) // here
	linked.Run(keep)  // here
	assembled()       // perhaps
	held(keep)        // here
}

func held(keep func(int) int) {
	outside.Hook(keep)                     // here
	outside.Alias(func(n int) { keep(n) }) // here
	_, _ = outside.Marshal(marshaled{1})   // here
	outside.Table.Do(keep)                 // here
}

type marshaled struct{ n int }

func (m marshaled) MarshalJSON() ([]byte, error) {
	return []byte("1"), nil // perhaps
}

func functions() {
	keep(1) // here
	small() // here
	func1() // here
}

func small() { keep(1) } // here

// func1 is named as the compiler names a literal.
//
//go:noinline
func func1() {
	keep(1) // here
}

func closures() {
	func() {
		keep(1) // here
		func() {
			keep(1) // here
		}() // here
	}() // here
	f := func(n int) {
		keep(n) // here
	}
	f(1)                          // here
	call(func(n int) { keep(n) }) // here
	call(func(n int) {            // here
		call(func(n int) { keep(n) }) // here
		call(keepOne)                 // here
	})
}

//go:noinline
func call(f func(int)) {
	f(1) // here
}

func keepOne(n int) { keep(n) } // here
