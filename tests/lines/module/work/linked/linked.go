// Package linked has functions that the linker knows by another package's name.
package linked

import (
	_ "unsafe" // for go:linkname

	"example.com/lines/work/linked/puller"
)

var keep func(int) int

// Run calls what another package declares and this one has.
func Run(with func(int) int) {
	keep = with
	puller.Pulled() // here
	renamed()       // here
}

//go:linkname pushed example.com/lines/work/linked/puller.Pulled
func pushed() {
	keep(1) // here
	func() {
		keep(1) // here
	}() // here
}

//go:linkname renamed example.com/elsewhere.other
//go:noinline
func renamed() {
	keep(1) // here
}
