package work

//line made.y:3
func generated() {
	keep(1)
	call(func(n int) {
		keep(n)
	})
}
