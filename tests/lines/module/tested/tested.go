// Package tested has tests of both kinds, whose allocations stand in test files.
package tested

var sink [][]byte

// Keep allocates.
//
//go:noinline
func Keep(n int) int {
	sink = append(sink, make([]byte, n*64)) // here
	return n
}
