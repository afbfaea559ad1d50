package main

import (
	"net/http"
	"net/http/httptest"
)

// One of two callers asks again, and closes the last answer alone.
var asked = []func(){askedAgain}

// quotes asks until there is an answer, and closes the last one.
func quotes(url string) error {
	var response *http.Response
	var err error
	for range 2 {
		response, err = http.Get(url + "/prices") // want goroutines-blocked
		if err == nil && response.StatusCode == http.StatusOK {
			break
		}
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return nil
}

func askedAgain() {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.URL.Path == "/prices" {
			writer.WriteHeader(http.StatusTeapot)
		}
		writer.Write(make([]byte, 1<<16))
	}))
	go every(pace, func() { health(server.URL) })
	every(pace, func() { quotes(server.URL) })
}
