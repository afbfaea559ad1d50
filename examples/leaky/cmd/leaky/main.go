// Leaky is a small shop that serves orders made up by itself, and loses memory
// and goroutines while it does. Its profiles are at /debug/pprof/.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"os/signal"
	"runtime"
	"time"

	"example.com/leaky/internal/server"
	"example.com/leaky/internal/workload"
)

func main() {
	listen := flag.String("listen", "localhost:6060", "address of the profiles")
	rate := flag.Int("rate", 250, "orders a second")
	seed := flag.Uint64("seed", 1, "seed of the orders")
	flag.Parse()

	runtime.SetBlockProfileRate(int(10 * time.Microsecond))
	runtime.SetMutexProfileFraction(1)

	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("profiles at http://%s/debug/pprof/", listener.Addr())
	go func() {
		log.Fatal(http.Serve(listener, nil))
	}()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	shop := server.New()
	workload.Run(ctx, shop, *rate, *seed)
	reports, receipts := shop.Close()
	log.Printf("closed with %d reports, %d receipts", len(reports), len(receipts))
}
