// Live is many small programs in one, all sound or all leaking, which a watch
// asks for their profiles while their load rises and falls.
//
// A line that a finding is expected on has a comment: want CODE.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	_ "net/http/pprof"
	"sync"
	"time"
)

var groups = map[string][]func(){
	"sound": sound, "leaking": leaking, "bodies": bodies, "services": services, "shapes": shapes, "fills": fills,
	"slips": slips, "slow": slow, "drips": drips, "libraries": libraries, "kinds": kinds, "mended": mended, "answers": answers,
	"asked": asked, "clients": clients,
}

func main() {
	group := flag.String("group", "sound", "which programs to run")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	for _, program := range groups[*group] {
		go program()
	}
	fmt.Println(listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

var began = time.Now()

// load is how many requests a second there are now: a start, a rush, a pause, and days that come and go.
func load(most float64) float64 {
	seconds := time.Since(began).Seconds()
	switch {
	case seconds < 30:
		return most * seconds / 30
	case seconds < 60:
		return most
	case seconds < 75:
		return most / 10
	case seconds < 105:
		return most * (0.1 + 0.9*(seconds-75)/30)
	case seconds < 150:
		return most * (1 - 0.8*(seconds-105)/45)
	}
	return most * 0.6
}

// requests calls handle in a goroutine of its own for each request of that load.
func requests(most float64, handle func()) {
	for {
		time.Sleep(time.Duration(float64(time.Second) / max(load(most), 0.5)))
		go handle()
	}
}

// every calls act at that pace, for as long as the program runs.
func every(pace time.Duration, act func()) {
	for range time.Tick(pace) {
		act()
	}
}

func between(least, most time.Duration) time.Duration {
	return least + rand.N(most-least)
}

var (
	keeping sync.Mutex
	kept    []any
)

// keep has the runtime reach what would else be proven to leak.
func keep(what any) {
	keeping.Lock()
	defer keeping.Unlock()
	kept = append(kept, what)
}

func closed(response *http.Response) {
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
}

func health(url string) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
