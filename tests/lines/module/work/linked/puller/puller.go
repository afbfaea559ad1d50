// Package puller declares what another package has.
package puller

import _ "unsafe" // for go:linkname

// Pulled has no body here.
func Pulled()
