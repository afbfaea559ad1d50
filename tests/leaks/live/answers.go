package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
)

// Several callers ask over HTTP, and one of them leaves an answer open on its way out.
var answers = []func(){oneOfThree}

func metricsOf(url string) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	closed(response)
	return nil
}

// prices closes what it reads and forgets what it refuses.
func prices(url string) error {
	response, err := http.Get(url + "/prices") // want goroutines-blocked
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func oneOfThree() {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.URL.Path == "/prices" {
			writer.WriteHeader(http.StatusTeapot)
		}
		writer.Write(make([]byte, 1<<16))
	}))
	go every(pace, func() { health(server.URL) })
	go every(pace, func() { metricsOf(server.URL) })
	every(pace, func() { prices(server.URL) })
}
