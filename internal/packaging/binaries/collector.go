package binaries

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"strongroom/internal/packaging/dist"
)

// Budget bounds what a [Collector] spends on one wheel (PT-6).
type Budget struct {
	Files  int           // compiled files
	Memory int64         // bytes of one file that are held while it is read; a larger file is not audited
	Text   int           // bytes of all facts together, roughly
	Time   time.Duration // spent inside the collector, reading and looking
}

// DefaultBudget returns the budget of an upload: 2,000 files of at most 256 MiB, 4 MiB of facts, 20 s.
func DefaultBudget() Budget {
	return Budget{Files: 2000, Memory: 256 << 20, Text: 4 << 20, Time: 20 * time.Second}
}

// Found is what a collector has found in a wheel. It is JSON, to cross from one process to another.
type Found struct {
	Binaries []Binary `json:"binaries,omitempty"` // in the archive's order
	Stopped  string   `json:"stopped,omitempty"`  // why the collector gave up; Binaries are then not all
}

// Collector looks at the compiled files of an archive while it is expanded. [Collector.Watch] is made for
// [dist.Options]. It is used for one archive, by one goroutine.
type Collector struct {
	budget  Budget
	found   Found
	current *member
	buffer  buffer
	text    int
	spent   time.Duration
}

// NewCollector returns a collector for one archive.
func NewCollector(b Budget) *Collector {
	return &Collector{budget: b}
}

// Watch finishes the member before, and returns where the bytes of this one are to be written. Writing never fails. It
// returns nil when the collector has given up.
func (c *Collector) Watch(m dist.Member) io.Writer {
	c.finish()
	if c.found.Stopped != "" {
		return nil
	}
	c.buffer.reset()
	c.current = &member{collector: c, path: m.Path}
	return c.current
}

// Found finishes the last member and returns what was found. The archive must have been read to its end.
func (c *Collector) Found() Found {
	c.finish()
	c.buffer = buffer{}
	return c.found
}

// finish looks at the current member.
func (c *Collector) finish() {
	m := c.current
	c.current = nil
	if m == nil || m.state == foreign || c.found.Stopped != "" {
		return
	}
	start := time.Now()
	b, ok := Binary{Path: m.path, Format: recognise(m.head)}, m.state == tooLarge
	switch m.state {
	case tooLarge:
		b.Problem = fmt.Sprintf("not audited: it is larger than %d bytes", c.budget.Memory)
	case undecided:
		b, ok = Look(m.path, bytes.NewReader(m.head), int64(len(m.head)))
	default:
		b, ok = Look(m.path, &c.buffer, c.buffer.size)
	}
	c.spend(start)
	if ok {
		c.keep(b)
	}
}

// keep adds a file to what was found, if the budget permits.
func (c *Collector) keep(b Binary) {
	c.text += b.weight()
	switch {
	case len(c.found.Binaries) >= c.budget.Files:
		c.found.Stopped = fmt.Sprintf("not audited: the wheel has more than %d compiled files", c.budget.Files)
	case c.text > c.budget.Text:
		c.found.Stopped = "not audited: the compiled files name too many libraries and symbols"
	case c.found.Stopped == "":
		c.found.Binaries = append(c.found.Binaries, b)
	}
}

// spend counts the time since start.
func (c *Collector) spend(start time.Time) {
	if c.spent += time.Since(start); c.spent > c.budget.Time && c.found.Stopped == "" {
		c.found.Stopped = fmt.Sprintf("not audited: reading the compiled files took longer than %s", c.budget.Time)
	}
}

// member takes the bytes of one file. It does nothing with those that are not a compiled one's.
type member struct {
	collector *Collector
	path      string
	head      []byte // the first bytes, until they are enough to decide
	state     memberState
}

// memberState says what is known of a member.
type memberState uint8

const (
	undecided memberState = iota // fewer bytes than a magic number
	compiled                     // being kept
	tooLarge                     // a compiled file beyond the budget
	foreign                      // none of ours
)

// Write keeps the bytes of a compiled file.
func (m *member) Write(data []byte) (int, error) {
	n := len(data)
	switch {
	case m.state == foreign || m.state == tooLarge:
		return n, nil
	case m.state == undecided:
		data = m.decide(data)
	}
	if len(data) > 0 && m.state == compiled {
		m.keep(data)
	}
	return n, nil
}

// decide takes the first bytes, and returns what is still to be kept once they tell what the file is.
func (m *member) decide(data []byte) []byte {
	taken := min(magicSize-len(m.head), len(data))
	m.head = append(m.head, data[:taken]...)
	if len(m.head) < magicSize {
		return nil
	}
	m.state = foreign
	if recognise(m.head) != "" {
		m.state = compiled
		m.keep(m.head)
	}
	return data[taken:]
}

// keep writes to the buffer, within time and memory.
func (m *member) keep(data []byte) {
	c := m.collector
	if c.found.Stopped != "" || c.buffer.size+int64(len(data)) > c.budget.Memory {
		m.state = tooLarge
		return
	}
	start := time.Now()
	c.buffer.write(data)
	c.spend(start)
}
