package queue

// Mail tells a customer about each item of an order.
func Mail(customer string, items []string) {
	q := New()
	for _, item := range items {
		q.jobs <- Job{To: customer, Subject: item + " is on its way"}
	}
	// Leak: nobody closes q.jobs, so the consumer waits for more jobs for ever.
	// Missing: close(q.jobs).
}
