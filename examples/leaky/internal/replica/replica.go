// Package replica asks several copies of the accounts at once.
package replica

import "time"

const (
	replicas    = 3
	ledgerBytes = 48 << 10
)

// Ledger is a replica's account of a customer.
type Ledger struct {
	Replica int
	Text    []byte
}

// Ask returns the ledger of the replica that answers first.
func Ask(customer string) Ledger {
	ledgers := make(chan Ledger)
	for i := range replicas {
		go func() {
			// Leak: the first ledger is received and the others never are.
			// A channel with room for all of them would let these end.
			ledgers <- fetch(i, customer)
		}()
	}
	return <-ledgers
}

func fetch(replica int, customer string) Ledger {
	time.Sleep(time.Duration(2+replica) * time.Millisecond)
	text := make([]byte, 0, ledgerBytes)
	for len(text)+len(customer) < ledgerBytes {
		text = append(text, customer...)
	}
	return Ledger{Replica: replica, Text: text}
}
