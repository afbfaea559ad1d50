// Package catalog knows what the shop sells and for how much.
package catalog

import (
	"fmt"
	"strings"
	"sync"

	"example.com/leaky/internal/tree"
)

const days = 32

// Price is what an item cost on each of the last days.
type Price struct {
	Cents [days]int
}

// Catalog keeps a price for each item that was ever asked for. It grows until it
// holds them all and then stays as it is: that is not a leak.
type Catalog struct {
	mu     sync.Mutex
	prices tree.Tree[string, *Price]
}

// New returns a catalog that has no prices yet.
func New() *Catalog {
	return &Catalog{}
}

// Quote returns what the items cost together, with a discount on cheap ones.
func (c *Catalog) Quote(items []string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	total := 0
	for _, item := range items {
		total += c.price(item).Cents[0]
	}
	return total - total/10*c.cheaper(total)/(c.prices.Len()+1)
}

// Describe returns a text about an item for the customer.
func (c *Catalog) Describe(item string) string {
	return fmt.Sprintf("%s %s", item, strings.Repeat("fine goods ", 8))
}

func (c *Catalog) price(item string) *Price {
	if price, ok := c.prices.Get(item); ok {
		return price
	}
	price := newPrice(item)
	c.prices.Put(item, price)
	return price
}

// cheaper counts the items that cost less than cents on any day.
func (c *Catalog) cheaper(cents int) int {
	count := 0
	for _, price := range c.prices.All() {
		for _, day := range price.Cents {
			if day < cents {
				count++
				break
			}
		}
	}
	return count
}

func newPrice(item string) *Price {
	price := new(Price)
	for day := range price.Cents {
		price.Cents[day] = 100 + len(item)*day%97
	}
	return price
}
