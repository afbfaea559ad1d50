// Package outside has functions that are inlined into those of another package.
package outside

// Run runs them.
func Run(keep func(int) int) {
	Each(func(n int) { keep(n) }) // here
	(&Maker{1}).Make(keep)()      // here
}

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
