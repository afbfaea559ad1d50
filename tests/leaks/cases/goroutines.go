package cases

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

const each = 12 // goroutines leaked in a round, more or less

func chanSend(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			answers := make(chan int)
			go func() {
				answers <- 1 // want chan-send: goroutine-leak sending on a channel that nobody receives from
			}()
		}
	}
}

func chanReceive(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			done := make(chan struct{})
			go func() {
				<-done // want chan-receive: goroutine-leak receiving from a channel that nobody sends to or closes
			}()
		}
	}
}

func chanRange(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			jobs := make(chan int, 1)
			jobs <- 1
			go consume(jobs)
		}
	}
}

func consume(jobs <-chan int) {
	sum := 0
	for job := range jobs { // want chan-range: goroutine-leak ranging over a channel that is never closed
		sum += job
	}
}

func selectWithoutExit(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			left, right := make(chan int), make(chan int)
			go func() {
				select { // want select: goroutine-leak in a select without a way out
				case <-left:
				case right <- 1:
				}
			}()
		}
	}
}

func nilChannel(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			go func() {
				var ready chan int
				<-ready // want nil-channel: goroutine-leak nil channel
			}()
		}
	}
}

func waitGroup(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			var group sync.WaitGroup
			group.Add(2)
			go group.Done()
			go func() {
				group.Wait() // want waitgroup: goroutine-leak WaitGroup.Wait
			}()
		}
	}
}

func mutex(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			var lock sync.Mutex
			lock.Lock()
			go func() {
				lock.Lock() // want mutex: goroutine-leak Mutex that is never unlocked
				defer lock.Unlock()
			}()
		}
	}
}

func rwMutex(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			var lock sync.RWMutex
			lock.Lock()
			go func() {
				lock.RLock() // want rwmutex: goroutine-leak RWMutex that is never unlocked
				defer lock.RUnlock()
			}()
		}
	}
}

func cond(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			ready := sync.NewCond(new(sync.Mutex))
			go func() {
				ready.L.Lock()
				ready.Wait() // want cond: goroutine-leak Cond
				ready.L.Unlock()
			}()
		}
	}
}

func tickerLoop(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			go func() {
				ticker := time.NewTicker(time.Minute)
				for range ticker.C { // want ticker-loop: goroutines-blocked ticker or timer loop
					_ = rng
				}
			}()
		}
	}
}

func sleepLoop(rng *rand.Rand) Step {
	return func(int) {
		for range some(rng, each) {
			go func() {
				for {
					time.Sleep(time.Minute) // want sleep-loop: goroutines-blocked ticker or timer loop
				}
			}()
		}
	}
}

func networkRead(rng *rand.Rand) Step {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	var accepted []net.Conn
	return func(int) {
		for range some(rng, each) {
			conn, err := net.Dial("tcp", listener.Addr().String()) // may network-read: heap-growth of the standard library
			if err != nil {
				panic(err)
			}
			peer, err := listener.Accept() // may network-read: heap-growth of the standard library
			if err != nil {
				panic(err)
			}
			accepted = append(accepted, peer) // may network-read: heap-growth allocated by
			go func() {
				var buffer [16]byte
				conn.Read(buffer[:]) // want network-read: goroutines-blocked reading from the network without a deadline
			}()
		}
	}
}
