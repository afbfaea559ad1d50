// Package buffers hands out the memory in which answers are written.
package buffers

import "sync"

const chunkBytes = 32 << 10

// Buffer is a chunk of memory from which answers are cut, one after the other.
type Buffer struct {
	answer []byte // as far as it is written; its capacity is the rest of the chunk
}

var pool = sync.Pool{
	New: func() any { return new(Buffer) },
}

// Get returns a buffer for one answer. Give it back with Put.
func Get() *Buffer {
	return pool.Get().(*Buffer)
}

// Put takes a buffer back.
func Put(b *Buffer) {
	pool.Put(b)
}

// WriteField adds a field to the answer.
func (b *Buffer) WriteField(name, value string) {
	if cap(b.answer)-len(b.answer) < len(name)+len(value)+2 {
		b.refill()
	}
	b.answer = append(b.answer, name...)
	b.answer = append(b.answer, ' ')
	b.answer = append(b.answer, value...)
	b.answer = append(b.answer, '\n')
}

// Take ends the answer and returns it.
func (b *Buffer) Take() []byte {
	answer := b.answer
	// Leak: the rest of the chunk goes back into the pool and is cut further, so
	// whoever keeps a few bytes of one answer keeps the chunk with all of them.
	b.answer = answer[len(answer):]
	return answer
}

func (b *Buffer) refill() {
	chunk := make([]byte, len(b.answer), chunkBytes)
	copy(chunk, b.answer)
	b.answer = chunk
}
