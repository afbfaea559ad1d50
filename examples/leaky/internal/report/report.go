// Package report plans the reports that the shop sends at the end of a month.
package report

import (
	"fmt"
	"sync"
)

const rowsPerReport = 12800

// Row is a line of a report.
type Row struct {
	Day, Units int
	Cents      int
	Refunded   int
}

// Planner keeps reports until they are due.
type Planner struct {
	mu      sync.Mutex
	pending []func() string
}

// Plan adds a report about a customer.
func (p *Planner) Plan(customer string, cents int) {
	rows := load(cents)
	p.mu.Lock()
	defer p.mu.Unlock()
	// Leak: the report is one line, but the closure captures all the rows and
	// keeps them until the end of the month. The sum should be taken here.
	p.pending = append(p.pending, func() string {
		return fmt.Sprintf("%s spent %d cents", customer, sum(rows))
	})
}

// Send returns the reports and forgets them.
func (p *Planner) Send() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var reports []string
	for _, write := range p.pending {
		reports = append(reports, write())
	}
	p.pending = nil
	return reports
}

func load(cents int) []Row {
	rows := make([]Row, rowsPerReport)
	for i := range rows {
		rows[i] = Row{Day: i % 31, Units: 1, Cents: cents + i}
	}
	return rows
}

func sum(rows []Row) int {
	total := 0
	for _, row := range rows {
		total += row.Units*row.Cents - row.Refunded
	}
	return total
}
