//go:build amd64 || arm64

// Package assembly has functions in assembly that call back into Go.
package assembly

var keep func(int) int

// Run calls Go through assembly.
func Run(with func(int) int) {
	keep = with
	through() // here
	(func() {
		through() // here
	})() // here
}

// through is in assembly and calls allocate.
func through()

func allocate() {
	keep(1) // here
}
