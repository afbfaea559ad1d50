// Prints for each line of standard input, a pattern and a text in hexadecimal, whether Go finds it: 1, 0, or E where
// Go refuses the pattern.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		pattern, text, _ := strings.Cut(lines.Text(), " ")
		patternBytes, _ := hex.DecodeString(pattern)
		textBytes, _ := hex.DecodeString(text)
		rx, err := regexp.Compile(string(patternBytes))
		switch {
		case err != nil:
			fmt.Println("E")
		case rx.MatchString(string(textBytes)):
			fmt.Println("1")
		default:
			fmt.Println("0")
		}
	}
}
