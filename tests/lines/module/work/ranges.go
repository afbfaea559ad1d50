//go:build go1.23

package work

func upTo(n int) func(func(int) bool) {
	return func(yield func(int) bool) { // perhaps
		keep(1) // here
		for i := 0; i < n; i++ {
			if !yield(i + 1) { // here
				return
			}
		}
	}
}

func (p *pointer) all(yield func(int) bool) {
	yield(1) // here
}

//go:noinline
func ranges() {
	for n := range upTo(2) { // here
		keep(n) // here
		func() {
			keep(n) // here
		}() // here
		call(func(n int) { keep(n) }) // here
	}
	p := &pointer{}
	for n := range p.all { // here
		for m := range upTo(n) { // here
			keep(m)            // here
			call(func(n int) { // here
				keep(n) // here
			})
		}
	}
	for n := range upTo(1) { // here
		defer keep(n) // here
	}
	call(func(n int) { // here
		for m := range upTo(n) { // here
			keep(m) // here
		}
	})
} // here
