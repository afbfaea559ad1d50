package work

func statements() {
	goes()      // here
	measures(1) // here
	defers(1)   // here
	leaves(1)   // here
	recovers()  // here
	clauses(1)  // here
	clauses("") // here
}

func goes() {
	done := make(chan bool) // here
	go keepAnd(1, done)     // here
	<-done                  // perhaps
	go func() {             // perhaps
		keepAnd(1, done) // here
	}()
	<-done                                 // perhaps
	go (&pointer{size: 1}).answer(done)    // here
	<-done                                 // perhaps
	go func(n int) { keepAnd(n, done) }(1) // here
	<-done                                 // perhaps
}

func keepAnd(n int, done chan bool) {
	keep(n)      // here
	done <- true // perhaps
}

//go:noinline
func (p *pointer) answer(done chan bool) {
	keep(p.size) // here
	done <- true // perhaps
}

//go:noinline
func defers(n int) {
	defer keep(n) // perhaps
	defer func() {
		keep(n) // here
	}()
	defer (&pointer{size: n}).func2() // perhaps
} // here

// What a deferred call is given can be made by its wrapper, which no stack shows, as the function ends.
//
//go:noinline
func measures(n int) {
	defer since([]string{"of", "all"}, n) // perhaps
	keep(n)                               // here
} // perhaps

//go:noinline
func since(words []string, n int) {
	wordsOf = words
	keep(n) // here
}

var wordsOf []string

//go:noinline
func leaves(n int) int {
	for i := 0; i < 3; i++ {
		defer keep(n) // here
	}
	return n // perhaps
} // perhaps

//go:noinline
func recovers() {
	defer func() {
		if recover() != nil {
			keep(1) // here
		}
	}()
	panic(sink[0]) // here
}

//go:noinline
func clauses(of any) {
	switch x := of.(type) {
	case string: // perhaps
		clausesOf = append(clausesOf, &x) // here
	default: // here
		clausesOf = append(clausesOf, &x) // perhaps
	}
}

var clausesOf []any
