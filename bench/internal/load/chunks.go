package load

import (
	"fmt"
	"strconv"
	"strings"
)

// chunks follows a chunked body, which some of the peers send, through any
// split into reads.
type chunks struct {
	line    []byte // a size line or trailer that came in pieces
	left    int64  // bytes of the current chunk, with its line end
	trailer bool   // the last chunk has passed
}

// feed counts the payload in b and says whether the body has ended.
func (c *chunks) feed(b []byte) (payload int64, done bool, err error) {
	for len(b) > 0 {
		if c.left > 0 {
			n := min(c.left, int64(len(b)))
			payload += max(0, min(n, c.left-2)) // the last two bytes are the line end
			c.left -= n
			b = b[n:]
			continue
		}
		next := b[0]
		b = b[1:]
		if next != '\n' {
			c.line = append(c.line, next)
			continue
		}
		if done, err = c.endLine(); done || err != nil {
			return payload, done, err
		}
	}
	return payload, false, nil
}

// endLine takes a complete line: a chunk's size, or one of the trailer.
func (c *chunks) endLine() (done bool, err error) {
	line := strings.TrimSpace(string(c.line))
	c.line = c.line[:0]
	if c.trailer {
		return line == "", nil
	}
	size, _, _ := strings.Cut(line, ";")
	n, err := strconv.ParseInt(size, 16, 63)
	if err != nil {
		return false, fmt.Errorf("bad chunk size %q", line)
	}
	c.trailer = n == 0
	if n > 0 {
		c.left = n + 2
	}
	return false, nil
}
