// Tls serves profiles over TLS, with a certificate that nobody trusts. It says
// where, and with which certificate, and ends with its standard input.
package main

import (
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	_ "net/http/pprof"
	"os"
)

func main() {
	server := httptest.NewTLSServer(http.DefaultServeMux)
	fmt.Println(server.URL)
	pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	os.Stdout.Close()
	io.Copy(io.Discard, os.Stdin)
}
