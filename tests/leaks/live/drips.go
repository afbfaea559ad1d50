package main

import (
	"fmt"
	"strings"
	"time"
)

// Programs that leak some 350 kB a minute, which shows within half an hour.
var drips = []func(){forgottenSessions, listOfTerms, auditTrail}

// forgottenSessions keeps one of 6 kB each second, beside requests whose memory comes and goes.
func forgottenSessions() {
	go requests(20, func() {
		page := make([]byte, 40<<10)
		time.Sleep(between(100*time.Millisecond, 2*time.Second))
		_ = page
	})
	sessions := map[int]*[6 << 10]byte{}
	n := 0
	every(time.Second, func() {
		n++
		sessions[n] = new([6 << 10]byte) // want heap-growth
	})
}

// listOfTerms keeps small texts, of which one in a thousand is sampled.
func listOfTerms() {
	var index []string
	n := 0
	every(100*time.Millisecond, func() {
		n++
		index = append(index, strings.Repeat(fmt.Sprint("term-", n%10), 100)) // want heap-growth
	})
}

// auditTrail appends to one text that is never cut.
func auditTrail() {
	var trail []byte
	every(500*time.Millisecond, func() {
		trail = append(trail, make([]byte, 3<<10)...) // want heap-growth
	})
}
