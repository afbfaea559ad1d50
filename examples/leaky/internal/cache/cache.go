// Package cache keeps the sessions of the shop's customers.
package cache

import "sync"

const historyBytes = 1536

// Token names a session in a cookie.
type Token [16]byte

// Session is what the shop knows of one visit.
type Session struct {
	Customer string
	Visits   int
	history  []byte
}

// Sessions finds a session by its token.
type Sessions struct {
	mu      sync.Mutex
	byToken map[Token]*Session
}

// New returns a cache without sessions.
func New() *Sessions {
	return &Sessions{byToken: make(map[Token]*Session)}
}

// Open starts a session for an order.
func (s *Sessions) Open(id int, customer string) *Session {
	session := newSession(customer)
	s.mu.Lock()
	defer s.mu.Unlock()
	// Leak: each order opens a session under a token of its own, and nothing
	// ever deletes one. Sessions should go when they expire.
	s.byToken[newToken(id)] = session
	return session
}

// Remember puts a page at the end of the session's history.
func (s *Session) Remember(page []byte) {
	s.Visits++
	s.history = append(s.history[:0], page[:min(len(page), historyBytes)]...)
}

func newSession(customer string) *Session {
	return &Session{
		Customer: customer,
		history:  make([]byte, 0, historyBytes),
	}
}

func newToken(id int) Token {
	var token Token
	for i := range token {
		id = id*1103515245 + 12345
		token[i] = byte(id >> 16)
	}
	return token
}
