package work

var first = keep(1) // here

var made = func() int {
	return keep(1) // here
}() // here

var later = func() int {
	return keep(1) // here
}

var small2 = map[string]int{ // perhaps
	"a": keep(1), // here
}

type row struct{ body []byte }

var table = map[string]*row{ // perhaps
	"a": {make([]byte, 40)}, // here
	"b": {make([]byte, 40)}, // here
	"c": {make([]byte, 40)}, // here
	"d": {make([]byte, 40)}, // here
	"e": {make([]byte, 40)}, // here
	"f": {make([]byte, 40)}, // here
	"g": {make([]byte, 40)}, // here
	"h": {make([]byte, 40)}, // here
	"i": {make([]byte, 40)}, // here
	"j": {make([]byte, 40)}, // here
	"k": {make([]byte, 40)}, // here
	"l": {make([]byte, 40)}, // here
}

func init() {
	keep(1) // here
	later() // here
}

func init() {
	call(func(n int) { // here
		keep(n) // here
	})
	for range table {
		keep(1) // here
	}
}

var _ = func() int {
	return keep(1) // here
}() // here
