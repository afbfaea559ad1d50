// Runs every construct of package work and writes the profile of its allocations.
package main

import (
	"os"
	"runtime"
	"runtime/pprof"

	"example.com/lines/work"
)

func main() {
	work.Run()
	runtime.GC() // what was allocated up to here is in the profile
	if err := pprof.Lookup("allocs").WriteTo(os.Stdout, 0); err != nil {
		panic(err)
	}
}
