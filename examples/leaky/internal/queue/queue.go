// Package queue sends the shop's mail without letting the customer wait.
package queue

// Job is one letter.
type Job struct {
	To, Subject string
}

// Queue hands jobs from a producer to a consumer.
type Queue struct {
	jobs chan Job
}

// New returns a queue with a consumer that has begun to wait for jobs.
func New() *Queue {
	q := &Queue{jobs: make(chan Job)}
	go q.consume()
	return q
}
