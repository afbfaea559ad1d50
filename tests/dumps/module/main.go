// Stands in each way of waiting that the runtime has a word for, and writes what it says of itself in all its forms.
//
// On a line that ends in "waits" stand three goroutines.
package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

const each = 3

var labels = []string{"path", "/api/v1/users?id=3, or 4", "user name", `say "hi" to {all}`, "ünï", "zwölf: 12"}

var ways = map[string]func(){
	"receive": func() {
		<-make(chan int) // waits
	},
	"receive of nothing": func() {
		var none chan int
		<-none // waits
	},
	"send": func() {
		make(chan int) <- 1 // waits
	},
	"send to nothing": func() {
		var none chan int
		none <- 1 // waits
	},
	"send of many": func() {
		for i := 0; i < 40; i++ {
			go func() { jobs <- 1 }() // many
		}
	},
	"range": func() {
		for range make(chan int) { // waits
		}
	},
	"select": func() {
		select { // waits
		case <-make(chan int):
		case <-make(chan bool):
		}
	},
	"select of nothing": func() {
		select {} // waits
	},
	"mutex": func() {
		locked.Lock() // waits
	},
	"reader": func() {
		written.RLock() // waits
	},
	"writer": func() {
		written.Lock() // waits
	},
	"group": func() {
		unfinished.Wait() // waits
	},
	"condition": func() {
		lock := new(sync.Mutex)
		lock.Lock()
		sync.NewCond(lock).Wait() // waits
	},
	"once": func() {
		once.Do(func() { select {} }) // perhaps
	},
	"sleep": func() {
		time.Sleep(time.Hour) // waits
	},
	"network": func() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		check(err)
		_, err = listener.Accept() // waits
		check(err)
	},
	"pipe": func() {
		reader, writer, err := os.Pipe()
		check(err)
		_, err = reader.Read(make([]byte, 1)) // waits
		check(err)
		runtime.KeepAlive(writer)
	},
	"literal": func() {
		func() {
			<-make(chan int) // waits
		}()
	},
	"deferred": func() {
		defer func() {
			<-make(chan int) // waits
		}()
	},
	"generic": func() {
		receive(make(chan string))
	},
	"method": func() {
		(&waiter{make(chan int)}).wait()
	},
}

var (
	locked     sync.Mutex
	written    sync.RWMutex
	unfinished sync.WaitGroup
	once       sync.Once
	jobs       = make(chan int)
)

func receive[T any](from <-chan T) {
	<-from // waits
}

type waiter struct{ from chan int }

func (w *waiter) wait() {
	<-w.from // waits
}

func main() {
	locked.Lock()
	written.Lock()
	unfinished.Add(1)
	for _, way := range ways {
		way := way
		for range make([]struct{}, each) {
			go pprof.Do(context.Background(), pprof.Labels(labels...), func(context.Context) { way() })
		}
	}
	time.Sleep(200 * time.Millisecond)
	for name, debug := range map[string]int{"proto": 0, "text": 1, "dump": 2} {
		file, err := os.Create(filepath.Join(os.Args[1], name))
		check(err)
		check(pprof.Lookup("goroutine").WriteTo(file, debug))
		check(file.Close())
	}
	panic("it ends\nin two lines: goroutine 1 [running]:")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
