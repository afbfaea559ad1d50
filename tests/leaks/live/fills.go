package main

import (
	"container/list"
	"sync"
	"time"
)

// Sound programs that fill for longer than a start takes, or keep no more than so much.
var fills = []func(){
	leastRecentlyUsed, ringOfEvents, expiringTable, slidingWindow, elasticPool, backlog, timedSessions, cappedMemo,
	idleConnections, logBatches, freeList, doubleBuffer, tokenBuckets, latestPerKey,
}

type lru struct {
	mu      sync.Mutex
	entries map[int]*list.Element
	order   *list.List
}

type cached struct {
	key  int
	page []byte
}

func (c *lru) put(key int, page []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[key] = c.order.PushFront(&cached{key, page})
	for c.order.Len() > 1500 {
		last := c.order.Back()
		delete(c.entries, last.Value.(*cached).key)
		c.order.Remove(last)
	}
}

func readPage(n int) []byte { return make([]byte, 8<<10+n%2) }

// leastRecentlyUsed is full after more than a minute.
func leastRecentlyUsed() {
	cache := &lru{entries: map[int]*list.Element{}, order: list.New()}
	key := 0
	requests(25, func() {
		cache.mu.Lock()
		key++
		mine := key
		cache.mu.Unlock()
		cache.put(mine, readPage(mine))
	})
}

type trace struct {
	spans [16 << 10]byte
}

type recorder struct {
	mu    sync.Mutex
	kept  []*trace
	after int
}

func (r *recorder) record(one *trace) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept[r.after] = one
	r.after = (r.after + 1) % len(r.kept)
}

func ringOfEvents() {
	flight := &recorder{kept: make([]*trace, 1000)}
	requests(20, func() { flight.record(new(trace)) })
}

func expiringTable() {
	type entry struct {
		body  []byte
		until time.Time
	}
	var table sync.Map
	go every(5*time.Second, func() {
		table.Range(func(key, value any) bool {
			if time.Now().After(value.(entry).until) {
				table.Delete(key)
			}
			return true
		})
	})
	var mu sync.Mutex
	id := 0
	requests(25, func() {
		mu.Lock()
		id++
		mine := id
		mu.Unlock()
		table.Store(mine, entry{make([]byte, 10<<10), time.Now().Add(65 * time.Second)})
	})
}

// slidingWindow keeps the last 80 seconds.
func slidingWindow() {
	var mu sync.Mutex
	seconds := make([][][]byte, 80)
	go every(time.Second, func() {
		mu.Lock()
		defer mu.Unlock()
		seconds = append(seconds[1:], nil)
	})
	requests(25, func() {
		sample := make([]byte, 8<<10)
		mu.Lock()
		defer mu.Unlock()
		last := len(seconds) - 1
		seconds[last] = append(seconds[last], sample)
	})
}

// elasticPool has a worker more whenever all are busy, up to 70.
func elasticPool() {
	tasks, slots := make(chan time.Duration), make(chan struct{}, 70)
	work := func() {
		for task := range tasks {
			time.Sleep(task)
		}
	}
	requests(45, func() {
		task := between(100*time.Millisecond, 2*time.Second)
		select {
		case tasks <- task:
			return
		default:
		}
		select {
		case slots <- struct{}{}:
			go work()
		default:
		}
		tasks <- task
	})
}

type mailbox struct {
	mu    sync.Mutex
	queue [][]byte
}

// backlog has more to do for a minute than it can, and then less.
func backlog() {
	var box mailbox
	go every(50*time.Millisecond, func() {
		box.mu.Lock()
		defer box.mu.Unlock()
		if len(box.queue) > 0 {
			box.queue = box.queue[1:]
		}
	})
	requests(32, func() {
		letter := make([]byte, 16<<10)
		box.mu.Lock()
		defer box.mu.Unlock()
		box.queue = append(box.queue, letter)
	})
}

type session struct {
	user [12 << 10]byte
}

type sessionStore struct {
	mu  sync.Mutex
	all map[int]*session
}

func (s *sessionStore) login(id int) {
	s.mu.Lock()
	s.all[id] = &session{}
	s.mu.Unlock()
	time.AfterFunc(70*time.Second, func() { s.logout(id) })
}

func (s *sessionStore) logout(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, id)
}

func timedSessions() {
	store := &sessionStore{all: map[int]*session{}}
	var mu sync.Mutex
	id := 0
	requests(20, func() {
		mu.Lock()
		id++
		mine := id
		mu.Unlock()
		store.login(mine)
	})
}

// cappedMemo is thrown away as a whole when it is too large.
func cappedMemo() {
	var mu sync.Mutex
	memo := map[int][]byte{}
	n := 0
	requests(20, func() {
		mu.Lock()
		defer mu.Unlock()
		if len(memo) > 1200 {
			memo = map[int][]byte{}
		}
		n++
		memo[n] = make([]byte, 14<<10)
	})
}

// idleConnections come with the rush, and each leaves when it was idle for a while.
func idleConnections() {
	type connection struct{ buffer []byte }
	idle := make(chan *connection, 200)
	requests(40, func() {
		var mine *connection
		select {
		case mine = <-idle:
		default:
			mine = &connection{make([]byte, 64<<10)}
		}
		time.Sleep(between(100*time.Millisecond, 900*time.Millisecond))
		select {
		case idle <- mine:
		default:
		}
	})
}

// logBatches are written every 45 seconds.
func logBatches() {
	var mu sync.Mutex
	var batch [][]byte
	go every(45*time.Second, func() {
		mu.Lock()
		defer mu.Unlock()
		batch = batch[:0:0]
	})
	requests(30, func() {
		line := make([]byte, 9<<10)
		mu.Lock()
		defer mu.Unlock()
		batch = append(batch, line)
	})
}

func freeList() {
	var mu sync.Mutex
	var free [][]byte
	requests(35, func() {
		mu.Lock()
		var mine []byte
		if last := len(free) - 1; last >= 0 {
			mine, free = free[last], free[:last]
		}
		mu.Unlock()
		if mine == nil {
			mine = make([]byte, 48<<10)
		}
		time.Sleep(between(200*time.Millisecond, 1500*time.Millisecond))
		mu.Lock()
		free = append(free, mine)
		mu.Unlock()
	})
}

// doubleBuffer collects into one while the other is sent, and changes them every 20 seconds.
func doubleBuffer() {
	var mu sync.Mutex
	var front, back [][]byte
	go every(20*time.Second, func() {
		mu.Lock()
		defer mu.Unlock()
		front, back = back[:0:0], front
	})
	requests(30, func() {
		item := make([]byte, 10<<10)
		mu.Lock()
		defer mu.Unlock()
		front = append(front, item)
	})
}

// tokenBuckets has one for each of 2000 clients, who come for the first time ever more seldom.
func tokenBuckets() {
	type bucket struct {
		last  time.Time
		trail [4 << 10]byte
	}
	var mu sync.Mutex
	buckets := map[int]*bucket{}
	requests(60, func() {
		client := int(between(0, 2000))
		mu.Lock()
		defer mu.Unlock()
		mine := buckets[client]
		if mine == nil {
			mine = &bucket{}
			buckets[client] = mine
		}
		mine.last = time.Now()
	})
}

// latestPerKey keeps the newest document of each of 600 keys.
func latestPerKey() {
	var mu sync.Mutex
	newest := map[int][]byte{}
	requests(25, func() {
		document := make([]byte, 20<<10)
		mu.Lock()
		defer mu.Unlock()
		newest[int(between(0, 600))] = document
	})
}
