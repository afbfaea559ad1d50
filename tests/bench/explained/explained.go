// Package explained has a line for each way of a value to the heap; the comments say what is to be told of it.
package explained

import (
	"fmt"
	"strings"
)

type session struct{ name string }

type cache struct{ sessions map[string]*session }

func newSession(name string) *session {
	// why `&session{...}` escapes to heap: it flows into the result of `newSession`.
	// why `&session{...}` escapes to heap: it is kept by `c.sessions[name] = ~r0`, called at explained.go:21.
	return &session{name: name}
}

// Open keeps what it makes.
func (c *cache) Open(name string) {
	c.sessions[name] = newSession(name)
}

// Large has no room on the stack.
func Large() int {
	// why `make([]byte, 1048576)` escapes to heap: it is too large for the stack.
	large := make([]byte, 1<<20)
	return len(large)
}

// Counter outlives its variable's call.
func Counter() func() int {
	// why `count` escapes to heap: it is captured by the closure at explained.go:36, which outlives it.
	count := 1
	// why `func literal` escapes to heap: it flows into the result of `Counter`.
	return func() int { count++; return count }
}

// Written passes a number as an interface.
func Written(n int) string {
	// why `n` escapes to heap: put into an interface, it is passed to `fmt.Sprintf("%d", ... argument...)`, which may keep it.
	return fmt.Sprintf("%d", n)
}

var kept any

// Boxed keeps a number as an interface.
func Boxed(n int) {
	// why `n` escapes to heap: put into an interface, it is kept by `kept = n`.
	kept = n
}

// Joined makes a new string.
func Joined(a, b string) string {
	// why `a + b` escapes to heap: it flows into the result of `Joined`.
	return a + b
}

// Bytes copies.
func Bytes(text string) []byte {
	// why `([]byte)(text)` escapes to heap: it flows into the result of `Bytes`.
	return []byte(text)
}

type doer interface{ do(*session) }

// Through gives an address to code that is not known.
func Through(d doer) {
	// why `s` escapes to heap: it is passed to `d.do(&s)`, which may keep it.
	var s session
	d.do(&s)
}

// Sent leaves by a channel.
func Sent(sessions chan *session) {
	// why `&session{}` escapes to heap: it is sent to whoever receives in `sessions <- (&session{})`.
	sessions <- &session{}
}

// Stays is on the stack, all of it.
func Stays(words []string) int {
	s := session{name: strings.TrimSpace(words[0])}
	return len(s.name)
}

// Started gives a goroutine what it is to know.
func Started(n int) {
	// why `func literal` escapes to heap: it is kept beyond this call.
	go func() { println(n) }()
}

// Marked is not to be inlined.
//
//go:noinline
func Marked() *session {
	// why `&session{}` escapes to heap: it flows into the result of `Marked`, which is not inlined: it is marked `//go:noinline`.
	return &session{}
}

// Deferred has what is never inlined.
func Deferred() *session {
	defer println()
	// why `&session{}` escapes to heap: it flows into the result of `Deferred`, which is not inlined: it has a `defer`.
	return &session{}
}

// Complex has too much to be inlined.
func Complex() *session {
	Marked()
	Marked()
	// why `&session{}` escapes to heap: it flows into the result of `Complex`, which is not inlined: it costs 121, and what costs more than 80 is not.
	return &session{}
}

// chained calls itself, which is inlined once.
func chained(n int) *cell {
	if n == 0 {
		return nil
	}
	// why `&cell{...}` escapes to heap: it flows into the result of `chained`.
	// why `&cell{...}` escapes to heap: it is a field of `cell{...}`, called at explained.go:124.
	// why `&cell{...}` escapes to heap: it flows into the result of `Chain`, called at explained.go:130.
	// why `explained.chained` is not inlined here once more: it calls itself.
	return &cell{next: chained(n - 1)}
}

type cell struct{ next *cell }

// Chain calls it.
func Chain() *cell { return chained(3) }

// Literal has one whose result it is not.
func Literal() int {
	// why `func literal` escapes to heap: it is kept beyond this call.
	// why `&session{}` escapes to heap: it flows into the result of the function literal of line 136, which is not inlined: it starts a goroutine.
	made := func() *session { go println(); return &session{} }
	return len(made().name)
}
