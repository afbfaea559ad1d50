// Tls serves profiles over TLS, with a certificate that nobody trusts, and for
// who knows the token at a gateway's prefix and nowhere else; at a socket file
// it serves them as well where one is named. It says where, and with which
// certificate, and ends with its standard input.
package main

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	_ "net/http/pprof"
	"os"
)

func main() {
	gateway := http.StripPrefix("/admin", http.DefaultServeMux)
	http.HandleFunc("/admin/debug/pprof/", func(writer http.ResponseWriter, request *http.Request) {
		if request.Header.Get("X-Token") != "open" {
			http.Error(writer, "who are you?", http.StatusUnauthorized)
			return
		}
		gateway.ServeHTTP(writer, request)
	})
	for _, path := range os.Args[1:] {
		listener, err := net.Listen("unix", path)
		if err != nil {
			log.Fatal(err)
		}
		go http.Serve(listener, nil)
	}
	server := httptest.NewTLSServer(http.DefaultServeMux)
	fmt.Println(server.URL)
	pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	os.Stdout.Close()
	io.Copy(io.Discard, os.Stdin)
}
