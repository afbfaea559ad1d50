// Package server answers the shop's orders.
package server

import (
	"strconv"
	"sync"

	"example.com/leaky/internal/buffers"
	"example.com/leaky/internal/cache"
	"example.com/leaky/internal/catalog"
	"example.com/leaky/internal/churn"
	"example.com/leaky/internal/queue"
	"example.com/leaky/internal/replica"
	"example.com/leaky/internal/report"
)

// How many orders lie between two rounds of the work that is not done for each.
const (
	ordersPerMailing = 150
	ordersPerAudit   = 500
	ordersPerReport  = 500
	ordersPerReceipt = 10
)

const receiptBytes = 16

// Order is what a customer wants.
type Order struct {
	ID       int
	Customer string
	Items    []string
}

// Server holds what outlives an order.
type Server struct {
	sessions *cache.Sessions
	catalog  *catalog.Catalog
	reports  report.Planner

	mu       sync.Mutex
	receipts [][]byte
}

// New returns a server that knows no customers and no prices yet.
func New() *Server {
	return &Server{sessions: cache.New(), catalog: catalog.New()}
}

// Handle returns the answer to an order.
func (s *Server) Handle(order Order) []byte {
	session := s.sessions.Open(order.ID, order.Customer)
	cents := s.catalog.Quote(order.Items)
	session.Remember(churn.Page(order.Customer, order.Items, cents))
	answer := s.answer(order, cents)
	if order.ID%ordersPerReceipt == 0 {
		s.keep(answer[:receiptBytes])
	}
	s.background(order, cents)
	return answer
}

// Close returns what the bookkeepers need: the reports and the receipts.
func (s *Server) Close() (reports []string, receipts [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reports.Send(), s.receipts
}

func (s *Server) answer(order Order, cents int) []byte {
	buffer := buffers.Get()
	defer buffers.Put(buffer)
	buffer.WriteField("order", strconv.Itoa(order.ID))
	buffer.WriteField("customer", order.Customer)
	buffer.WriteField("cents", strconv.Itoa(cents))
	for _, item := range order.Items {
		buffer.WriteField("item", s.catalog.Describe(item))
	}
	return buffer.Take()
}

// keep sets the head of an answer aside for the bookkeepers.
func (s *Server) keep(receipt []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.receipts = append(s.receipts, receipt)
}

func (s *Server) background(order Order, cents int) {
	if order.ID%ordersPerMailing == 0 {
		queue.Mail(order.Customer, order.Items)
	}
	if order.ID%ordersPerAudit == 0 {
		replica.Ask(order.Customer)
	}
	if order.ID%ordersPerReport == 0 {
		s.reports.Plan(order.Customer, cents)
	}
}
