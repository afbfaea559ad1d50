package main

import (
	"net/http"
	"net/http/httptest"
)

// One of two callers has a client made for each request, elsewhere.
var clients = []func(){clientEachRequest}

func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone() // want goroutines-blocked
	transport.MaxIdleConns = 10
	return &http.Client{Transport: transport}
}

func clientEachRequest() {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Write(make([]byte, 1<<10))
	}))
	go every(pace, func() { health(server.URL) })
	every(pace, func() {
		if response, err := newClient().Get(server.URL); err == nil {
			closed(response)
		}
	})
}
