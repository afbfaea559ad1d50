package main

import (
	"io"
	"net/http"
	"net/http/httptest"
)

var bodies = []func(){body, transports}

func body() {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Write(make([]byte, 1<<16))
	}))
	every(pace, func() {
		http.Get(server.URL) // want goroutines-blocked
	})
}

func transports() {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Write([]byte("x"))
	}))
	every(pace, func() {
		client := &http.Client{Transport: &http.Transport{}} // want goroutines-blocked
		if response, err := client.Get(server.URL); err == nil {
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	})
}
