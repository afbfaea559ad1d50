package tested_test

import (
	"testing"

	"example.com/lines/tested"
)

type suite struct{ size int }

func (s *suite) run(*testing.T) {
	tested.Keep(s.size) // here
}

func TestOutside(t *testing.T) {
	tested.Keep(1)        // here
	s := suite{2}         // perhaps
	t.Run("suite", s.run) // perhaps
	each(t, func(n int) { // here
		tested.Keep(n) // here
	})
}

func each[N int | int8](t *testing.T, do func(N)) {
	t.Run("each", func(*testing.T) { // perhaps
		do(1) // here
	})
}

func ExampleKeep() {
	tested.Keep(1) // here
	// Output:
}
