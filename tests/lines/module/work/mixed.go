package work

// Mixed up: what has several of these names at once, and statements of several lines.

import "fmt"

type inner struct{ n int }

func (i *inner) promoted() { keep(i.n) } // here

type middleOf[T any] struct {
	*inner
	of T
}

func (m middleOf[T]) generic(f func(T)) {
	keep(1) // here
	f(m.of) // here
}

type outerOf struct {
	middleOf[string]
	fmt.Stringer
}

type promoter interface{ promoted() }

type genericOf interface{ generic(func(string)) }

type shower struct{}

//go:noinline
func (shower) String() string { return string(make([]byte, keep(3))) } // here

//go:noinline
func viaInterface(p promoter) { p.promoted() } // here

func mixed() {
	o := outerOf{middleOf[string]{&inner{1}, "a"}, shower{}} // here
	viaInterface(o)                                          // here
	genericOf(o).generic(func(string) { keep(1) })           // here
	_ = o.String()                                           // here
	take(o.promoted)                                         // here
	(*inner).promoted(o.inner)                               // here
	viaInterface(&o)                                         // here
	headers()                                                // here
	literals()                                               // here
	several()                                                // here
	conditions()                                             // here
	nested()                                                 // here
	repanics()                                               // here
	recurses()                                               // here
	jumps()                                                  // here
	boxes()                                                  // here
	twice[int, string](2, "s")                               // here
}

func headers() {
	for i := func() int { return keep(1) - 1 }(); // here
	i < func() int { return keep(2) }();          // here
	i += func() int { return keep(1) }() {        // here
	}
	switch n := keep(2); { // here
	case n == keep(3), // here
		n == keep(4): // here
	case n == keep(2): // here
	default:
	}
	if n := keep(1); n > 0 && // here
		keep(2) > 0 || // here
		keep(3) > 0 {
		keep(4) // here
	} else if keep(5) > 0 {
		keep(6)
	}
}

type pair struct {
	a, b int
	of   []func() int
}

func literals() *pair {
	p := &pair{ // here
		a: keep(1), // here
		b: func() int {
			return keep(2) // here
		}(), // here
		of: []func() int{ // here
			func() int { return keep(3) }, // here
			func() int {
				return func() int { return keep(4) }() // here
			},
		},
	}
	for _, f := range p.of {
		f() // here
	}
	return p
}

func several() {
	a, b := func() { keep(1) }, func() { keep(2) } // here
	a()                                            // here
	b()                                            // here
	func() { func() { func() { keep(1) }() }() }() // here
	add(
		keep(1), // here
		keep(2), // here
		add(keep(3), // here
			keep(4))) // here
}

//go:noinline
func add(of ...int) (total int) {
	for _, n := range of {
		total += n
	}
	return total
}

func conditions() bool {
	return keep(1) == 1 && // here
		(keep(2) == 1 || // perhaps
			keep(3) == 3) // perhaps
}

func nested() {
	one := func(f func(int)) { // perhaps
		f(keep(1)) // here
	}
	one(func(n int) { // here
		two := func() { // perhaps
			keep(n)        // here
			defer func() { // perhaps
				keep(n)        // here
				go func() {}() // perhaps
			}() // perhaps
		} // perhaps
		two() // here
	})
}

func repanics() {
	defer func() { // perhaps
		recover() // perhaps
		keep(1)   // here
	}() // perhaps
	defer func() { // perhaps
		err := recover()
		keep(2)    // here
		panic(err) // here
	}() // perhaps
	panic(fmt.Sprint(keep(3))) // here
}

func recurses() {
	var f func(int) int
	f = func(n int) int {
		if n == 0 {
			return keep(1) // here
		}
		return f(n-1) + keep(n) // here
	}
	f(3) // here
}

func jumps() {
	i := 0
again:
	keep(1) // here
	if i++; i < 3 {
		goto again
	}
outer:
	for {
		for {
			if keep(2) > 0 { // here
				break outer
			}
		}
	}
	done := make(chan int, 1) // here
	select {
	case done <- keep(1): // here
	default:
	}
	select {
	case n := <-done:
		keep(n) // here
	}
}

func boxes() {
	var of []any
	m := map[string][]byte{} // perhaps
	for i := 1000; i < 1003; i++ {
		of = append(of, i)                                          // here
		m[fmt.Sprint(i)] = []byte("abc" + string(make([]byte, 99))) // here
	}
	kept = append(kept, make([]byte, len(of))) // perhaps
	x := func() any { return [4]int{i4()} }()  // here
	_, _ = x.([4]int)
}

//go:noinline
func i4() int { return keep(4) } // here

var kept [][]byte

func twice[A, B any](a A, b B) {
	f := func(of ...any) { // perhaps
		func() {
			keep(len(of)) // here
		}() // perhaps
	}
	f(a, b) // here
	defer once2[B](
		b,                   // perhaps
		func(B) { keep(1) }) // here
} // here

func once2[T any](of T, f func(T)) { // perhaps
	f(of) // here
}
