//go:build amd64 || arm64

package work

import "example.com/lines/work/assembly"

func assembled() {
	assembly.Run(keep) // here
}
