// Leaks runs one small program of many, each of which leaks in one way or is
// sound, and writes what pprof has to say of it after every round of its work.
//
// A line that a finding is expected on has a comment: want CASE: CODE WORDS;
// may instead of want, where it leaks too little to be found each time.
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"

	"example.com/leaks/cases"
)

func main() {
	rate := flag.Int("rate", 8192, "bytes allocated for each sample of the heap profile")
	name := flag.String("case", "", "which program to run")
	seed := flag.Uint64("seed", 1, "seed of its work")
	rounds := flag.Int("rounds", 10, "how many profiles are written")
	dir := flag.String("dir", ".", "where they are written")
	flag.Parse()
	runtime.MemProfileRate = *rate

	start, ok := cases.All[*name]
	if !ok {
		log.Fatalf("there is no case %q", *name)
	}
	step := start(rand.New(rand.NewPCG(*seed, 0)))
	for round := range *rounds {
		step(round)
		settle()
		write(*dir, "heap", round, 0)
		write(*dir, "goroutine", round, 0)
	}
	write(*dir, "goroutineleak", 0, 0)
	write(*dir, "goroutine", *rounds, 2)
	runtime.KeepAlive(step) // what the program can still reach is not leaked
}

// settle lets new goroutines come to where they wait.
func settle() {
	for range 3 {
		time.Sleep(2 * time.Millisecond)
		runtime.GC()
	}
}

func write(dir, kind string, round, debug int) {
	profile := pprof.Lookup(kind)
	if profile == nil {
		return // goroutineleak, before Go 1.27
	}
	file, err := os.Create(filepath.Join(dir, fmt.Sprintf("%s-%02d.debug%d", kind, round, debug)))
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	if err := profile.WriteTo(file, debug); err != nil {
		log.Fatal(err)
	}
}
