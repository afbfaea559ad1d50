// Goker runs one kernel of GoBench again and again and writes what pprof has to
// say of it meanwhile, or serves it. The table of kernels, all.go, is written by
// goker.py.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"
)

func main() {
	name := flag.String("kernel", "", "which kernel to run")
	rounds := flag.Int("rounds", 10, "how many profiles are written")
	times := flag.Int("times", 4, "how often the kernel is run for each")
	pause := flag.Duration("pause", 200*time.Millisecond, "how long each round waits for them")
	dies := flag.Bool("dies", false, "whether to wait for the kernels and nothing else")
	serves := flag.Bool("serves", false, "whether to run them for as long as it lives, and to serve what pprof says")
	dir := flag.String("dir", ".", "where the profiles are written")
	flag.Parse()

	kernel, ok := all[*name]
	if !ok {
		log.Fatalf("there is no kernel %q", *name)
	}
	if *dies {
		start(kernel, *rounds**times)
		select {}
	}
	if *serves {
		serve()
		for {
			start(kernel, *times)
			time.Sleep(5 * time.Second)
		}
	}
	for round := range *rounds {
		start(kernel, *times)
		time.Sleep(*pause)
		write(*dir, "goroutine", round, 0)
	}
	write(*dir, "stays", 0, 2)
	time.Sleep(5 * *pause)
	write(*dir, "stays", 1, 2)
	write(*dir, "goroutineleak", 0, 0)
	write(*dir, "goroutineleak", 1, 0) // the first one may be incomplete
	write(*dir, "goroutineleak", 2, 1)
	write(*dir, "goroutineleak", 3, 2)
}

// start has the kernel run as its test does, which may panic or never end.
func start(kernel func(*testing.T), times int) {
	for range times {
		go func() {
			defer func() { _ = recover() }()
			kernel(new(testing.T))
		}()
	}
}

func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	if nobody, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = nobody // kernels print, and nobody reads on
	}
	go func() { log.Fatal(http.Serve(listener, nil)) }()
}

func write(dir, kind string, round, debug int) {
	file, err := os.Create(filepath.Join(dir, fmt.Sprintf("%s-%02d.debug%d", kind, round, debug)))
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	if kind == "stays" {
		kind = "goroutine"
	}
	runtime.GC()
	if err := pprof.Lookup(kind).WriteTo(file, debug); err != nil {
		log.Fatal(err)
	}
}
