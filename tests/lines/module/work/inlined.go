package work

func inlined() {
	outer(1)         // here
	f := deep()      // perhaps
	f()              // here
	once(keepOnce)() // here
}

func outer(n int) int { return middle(n) + 1 } // here

func middle(n int) int {
	f := func() int { return keep(n) } // here
	return f() + 1                     // here
}

func deep() func() {
	f := func() func() { // perhaps
		return func() { // perhaps
			keep(1) // here
		}
	}
	return f() // perhaps
}

func once(f func()) func() {
	done := false   // perhaps
	return func() { // perhaps
		if !done {
			done = true
			f() // here
		}
	}
}

func keepOnce() { keep(1) } // here
