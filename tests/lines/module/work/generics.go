package work

type number interface{ ~int | ~int64 }

type tree[K comparable, V any] struct {
	keys   []K
	values []V
}

//go:noinline
func (t *tree[K, V]) put(key K, value V) {
	t.keys = append(t.keys, key)       // here
	t.values = append(t.values, value) // here
	func() {
		keep(1) // here
	}() // here
}

func (t tree[K, V]) each(f func(K, V)) {
	for i := range t.keys {
		f(t.keys[i], t.values[i]) // here
	}
}

//go:noinline
func sum[T number](of ...T) (total T) {
	call(func(n int) { // here
		keep(n) // here
	})
	for _, x := range of {
		total += x
	}
	return total
}

type named struct{ name string }

func generics() {
	t := &tree[string, named]{}  // perhaps
	t.put("a", named{"a"})       // here
	t.each(func(string, named) { // here
		keep(1) // here
	})
	u := &tree[struct{ a, b int }, map[string]int]{} // perhaps
	u.put(struct{ a, b int }{1, 2}, nil)             // here
	sum(1, 2, 3)                                     // here
	sum[int64](4)                                    // here
	type local struct{ n int }
	l := &tree[local, local]{} // perhaps
	l.put(local{1}, local{2})  // here
}
