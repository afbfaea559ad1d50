// Package churn draws the pages of the shop. It allocates more than all the rest
// and keeps nothing of it: that is work for the collector, but not a leak.
package churn

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

const copies = 40

// Page returns an order's page with its checksum at the end.
func Page(customer string, items []string, cents int) []byte {
	var page bytes.Buffer
	fmt.Fprintf(&page, "<h1>%s: %d.%02d</h1>\n", customer, cents/100, cents%100)
	for _, row := range rows(items) {
		page.WriteString(row)
	}
	page.Write(summary(customer, items))
	sum := sha256.Sum256(page.Bytes())
	return fmt.Appendf(nil, "%s%x", page.Bytes(), sum)
}

func rows(items []string) []string {
	var rows []string
	for _, item := range items {
		for number := range copies {
			row := fmt.Sprintf("<li>%d of %s</li>\n", number, item)
			rows = append(rows, strings.ToUpper(row))
		}
	}
	slices.SortFunc(rows, func(a, b string) int {
		return strings.Compare(strings.TrimSpace(a), strings.TrimSpace(b))
	})
	return rows
}

func summary(customer string, items []string) []byte {
	counts := make(map[string]int)
	for _, item := range items {
		counts[item]++
	}
	text, err := json.Marshal(map[string]any{"customer": customer, "items": counts})
	if err != nil {
		return nil
	}
	return text
}
