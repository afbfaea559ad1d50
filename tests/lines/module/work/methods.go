package work

type value struct{ size int }

func (v value) one() { keep(v.size) } // here

//go:noinline
func (v value) two() {
	keep(v.size)         // here
	func() { keep(1) }() // here
	call(func(n int) {   // here
		keep(v.size + n) // here
	})
}

type pointer struct {
	value
	size int
}

func (p *pointer) init() {
	keep(p.size) // here
}

//go:noinline
func (p *pointer) func2() {
	keep(p.size) // here
}

type sized interface {
	two()
	func2()
}

func methods() {
	v, p := value{1}, &pointer{value{1}, 1} // here
	v.one()                                 // here
	v.two()                                 // here
	p.init()                                // here
	p.two()                                 // here
	var s sized = p
	s.two()              // here
	s.func2()            // here
	take(v.two)          // here
	take(p.func2)        // here
	take(s.func2)        // here
	takeOf(value.two, v) // here
	each := p.maker      // perhaps
	take(each(1))        // here
}

//go:noinline
func take(f func()) {
	f() // here
}

//go:noinline
func takeOf(f func(value), v value) {
	f(v) // here
}

// maker is inlined, and its literal then carries the names of both.
func (p *pointer) maker(n int) func() {
	return func() { // perhaps
		keep(n) // here
	}
}
