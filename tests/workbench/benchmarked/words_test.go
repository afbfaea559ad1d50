// Package words joins words.
package words

import (
	"strings"
	"testing"
)

var joined string

func join(words []string) string {
	text := make([]byte, 0, 64)
	for _, word := range words {
		text = append(text, word...)
	}
	return string(text)
}

//pprof:max 1 allocs/op 64B/op
func BenchmarkJoin(b *testing.B) {
	words := strings.SplitAfter("allocations of one operation, on the line", " ")
	for b.Loop() {
		joined = join(words)
	}
}

func TestJoin(t *testing.T) {
	for range 1_000_000 {
		joined = join([]string{"a", "b"})
	}
	if joined != "ab" {
		t.Error(joined)
	}
}
