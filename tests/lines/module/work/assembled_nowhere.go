//go:build !amd64 && !arm64

package work

func assembled() {}
