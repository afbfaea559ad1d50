// Command native calls C, which calls back into Go.
package main

/*
extern void called(int);
static void call(int n) { called(n); }
static int twice(int n) { return 2 * n; }
*/
import "C"

import (
	"os"
	"runtime"
	"runtime/pprof"
)

var sink [][]byte

//go:noinline
func keep(n int) {
	sink = append(sink, make([]byte, n*64)) // here
}

//export called
func called(n C.int) {
	keep(int(n)) // here
	func() {
		keep(int(C.twice(n))) // here
	}() // here
}

func run() {
	C.call(1) // here
	defer C.call(2)
	keep(int(C.twice(1))) // here
	func() {
		C.call(C.twice(2)) // here
	}() // here
} // here

func main() {
	run()                                                                // here
	runtime.GC()                                                         // perhaps
	if err := pprof.Lookup("allocs").WriteTo(os.Stdout, 0); err != nil { // perhaps
		panic(err)
	}
}
