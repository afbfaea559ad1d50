// Package outside has functions that are inlined into those of another package.
package outside

import "encoding/json"

// Run runs them.
func Run(keep func(int) int) {
	Each(func(n int) { keep(n) }) // here
	(&Maker{1}).Make(keep)()      // here
}

// Hook is a variable that holds a function of this package.
var Hook = func(keep func(int) int) {
	keep(1) // here
}

// Alias is a variable that holds a declared function.
var Alias = Each

// Marshal is a variable that holds a function of another package.
var Marshal = json.Marshal

// Table has a function as its field.
var Table = struct{ Do func(func(int) int) }{func(keep func(int) int) { keep(1) }} // here

// Each is inlined where it is called.
func Each(f func(int)) {
	f(1) // here
}

// Maker makes functions.
type Maker struct{ Size int }

// Make is inlined, and its literal then has the name of another package.
func (m *Maker) Make(keep func(int) int) func() {
	return func() { // perhaps
		keep(m.Size) // here
	}
}
