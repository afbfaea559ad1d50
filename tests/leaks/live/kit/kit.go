// Package kit is a library of others: what it starts and keeps is wholly in it.
package kit

import (
	"bufio"
	"io"
	"sync"
	"time"
)

// Cache lets go of what is old, in a goroutine of its own.
type Cache struct {
	mu      sync.Mutex
	entries map[string][]byte
	stop    chan struct{}
}

func NewCache() *Cache {
	c := &Cache{entries: map[string][]byte{}, stop: make(chan struct{})}
	go c.janitor()
	return c
}

func (c *Cache) janitor() {
	for tick := time.Tick(time.Second); ; {
		select {
		case <-tick:
			c.mu.Lock()
			clear(c.entries)
			c.mu.Unlock()
		case <-c.stop:
			return
		}
	}
}

func (c *Cache) Put(key string, value []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[key] = value
}

func (c *Cache) Close() { close(c.stop) }

// Pool runs what it is given in workers, which wait until it is closed.
type Pool struct{ work chan func() }

func Workers(many int) *Pool {
	p := &Pool{make(chan func())}
	for range many {
		go p.run()
	}
	return p
}

func (p *Pool) run() {
	for act := range p.work {
		act()
	}
}

func (p *Pool) Do(act func()) { p.work <- act }
func (p *Pool) Close()        { close(p.work) }

// Recorder keeps what it reads, in a goroutine of its own.
type Recorder struct{ lines []string }

func Record(from io.Reader) *Recorder {
	r := &Recorder{}
	go r.read(from)
	return r
}

func (r *Recorder) read(from io.Reader) {
	for lines := bufio.NewScanner(from); lines.Scan(); {
		r.lines = append(r.lines, lines.Text())
	}
}

// Counters has a counter for each label, as libraries of metrics do.
type Counters struct {
	mu  sync.Mutex
	all map[string]*Counter
}

// Counter has buckets as well.
type Counter struct {
	value   int
	buckets [120]uint64
}

func NewCounters() *Counters { return &Counters{all: map[string]*Counter{}} }

func (c *Counters) With(label string) *Counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.all[label]; ok {
		return known
	}
	made := new(Counter)
	c.all[label] = made
	return made
}

func (c *Counters) Forget(label string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, label)
}

func (c *Counter) Add(n int) { c.value += n }

// Stream is one that a client of remote calls receives from.
type Stream struct{ answers chan string }

func NewStream() *Stream { return &Stream{make(chan string)} }

func (s *Stream) Recv() string { return <-s.answers }
func (s *Stream) Close()       { close(s.answers) }
