//go:build !go1.23

package work

func ranges() {
	keep(1) // here
}
