package main

import (
	"fmt"
	"sync"
	"time"
)

// Leaking programs that look like ones that fill, as their source takes out what it never does: told after minutes.
var slow = []func(){wrongKey, slowConsumer, neverLogout}

// wrongKey deletes what it never put in.
func wrongKey() {
	entries, n := map[string][]byte{}, 0
	every(10*time.Millisecond, func() {
		n++
		entries[fmt.Sprint("in-", n)] = make([]byte, 4<<10) // want heap-growth
		delete(entries, fmt.Sprint("out-", n))
	})
}

// slowConsumer takes one while three come.
func slowConsumer() {
	var box mailbox
	go every(30*time.Millisecond, func() {
		box.mu.Lock()
		defer box.mu.Unlock()
		if len(box.queue) > 0 {
			box.queue = box.queue[1:]
		}
	})
	every(10*time.Millisecond, func() {
		letter := make([]byte, 4<<10) // want heap-growth
		box.mu.Lock()
		defer box.mu.Unlock()
		box.queue = append(box.queue, letter)
	})
}

type visits struct {
	mu  sync.Mutex
	all map[int]*[4096]byte
}

func (v *visits) leave(id int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.all, id)
}

func neverLogout() {
	open := &visits{all: map[int]*[4096]byte{}}
	n := 0
	every(10*time.Millisecond, func() {
		open.mu.Lock()
		n++
		open.all[n] = new([4096]byte) // want heap-growth
		open.mu.Unlock()
		if n < 0 {
			open.leave(n)
		}
	})
}
