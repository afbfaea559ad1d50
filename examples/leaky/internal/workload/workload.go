// Package workload makes up the orders that the shop has to serve.
package workload

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"example.com/leaky/internal/server"
)

const (
	workers = 8
	bursts  = 10 // a second
	skus    = 8000
)

// Run serves rate orders a second, in bursts, until ctx is done. The same seed
// makes the same orders.
func Run(ctx context.Context, shop *server.Server, rate int, seed uint64) {
	orders := make(chan server.Order)
	var group sync.WaitGroup
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			serve(shop, orders)
		}()
	}
	generate(ctx, orders, rate, seed)
	close(orders)
	group.Wait()
}

func serve(shop *server.Server, orders <-chan server.Order) {
	for order := range orders {
		shop.Handle(order)
	}
}

func generate(ctx context.Context, to chan<- server.Order, rate int, seed uint64) {
	random := rand.New(rand.NewPCG(seed, seed))
	ticker := time.NewTicker(time.Second / bursts)
	defer ticker.Stop()
	for id, due := 1, 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for due += rate; due >= bursts; due -= bursts {
			to <- newOrder(random, id)
			id++
		}
	}
}

func newOrder(random *rand.Rand, id int) server.Order {
	items := make([]string, 2+random.IntN(4))
	for i := range items {
		items[i] = fmt.Sprintf("sku-%05d", random.IntN(skus))
	}
	return server.Order{
		ID:       id,
		Customer: fmt.Sprintf("customer-%04d", random.IntN(1000)),
		Items:    items,
	}
}
