%% a grammar, as goyacc has them

generated: {
	keep(1) // here
	call(func(n int) { // here
		keep(n) // here
	})
}
