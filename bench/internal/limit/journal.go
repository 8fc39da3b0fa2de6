package limit

import (
	"encoding/json"
	"os"
	"sync"
)

// journal is an append-only file of JSON lines. Entries that arrive while a
// sync is under way share the next one.
type journal struct {
	file *os.File
	mu   sync.Mutex
	busy bool   // somebody is writing
	next *batch // what waits for the next write; nil when nothing does
}

type batch struct {
	lines []byte
	done  chan struct{}
	err   error
}

func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	return &journal{file: f}, err
}

// append returns when the entry is on disk.
func (j *journal) append(entry any) error {
	line, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	j.mu.Lock()
	if j.next == nil {
		j.next = &batch{done: make(chan struct{})}
	}
	mine := j.next
	mine.lines = append(append(mine.lines, line...), '\n')
	if j.busy {
		j.mu.Unlock()
		<-mine.done
		return mine.err
	}
	j.busy = true
	j.flush()
	j.mu.Unlock()
	return mine.err
}

// flush writes batches until none waits. Called and returns with mu held.
func (j *journal) flush() {
	for j.next != nil {
		b := j.next
		j.next = nil
		j.mu.Unlock()
		if _, b.err = j.file.Write(b.lines); b.err == nil {
			b.err = j.file.Sync()
		}
		close(b.done)
		j.mu.Lock()
	}
	j.busy = false
}
