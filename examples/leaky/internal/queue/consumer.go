package queue

import (
	"bufio"
	"fmt"
	"io"
)

const outboxBytes = 64 << 10

// consume sends letters until the queue is closed.
func (q *Queue) consume() {
	outbox := bufio.NewWriterSize(io.Discard, outboxBytes)
	defer outbox.Flush()
	for job := range q.jobs {
		fmt.Fprintf(outbox, "To: %s\r\nSubject: %s\r\n\r\n", job.To, job.Subject)
	}
}
