package cases

import (
	"math/rand/v2"
	"sync"
	"time"
)

// workerPool starts its workers once and keeps them.
func workerPool(rng *rand.Rand) Step {
	jobs := make(chan int)
	var done sync.WaitGroup
	for range 64 {
		go func() {
			for range jobs {
				done.Done()
			}
		}()
	}
	return func(int) {
		for range some(rng, work) {
			done.Add(1)
			jobs <- 1
		}
		done.Wait()
	}
}

// shortLock has goroutines wait for a lock that is always given back.
func shortLock(rng *rand.Rand) Step {
	var lock sync.Mutex
	return func(int) {
		for range some(rng, each) {
			go func() {
				lock.Lock()
				defer lock.Unlock()
				time.Sleep(100 * time.Microsecond)
			}()
		}
	}
}

// endedGoroutines starts more goroutines each round, which end in the next.
func endedGoroutines(rng *rand.Rand) Step {
	stop := make(chan struct{})
	return func(int) {
		close(stop)
		stop = make(chan struct{})
		for range some(rng, 4*each) {
			go func(stop chan struct{}) { <-stop }(stop)
		}
	}
}
