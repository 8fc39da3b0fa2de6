package inspect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// coder writes fields behind bytes, or reads them from its beginning. After an error nothing more is read.
type coder struct {
	bytes   []byte
	reading bool
	err     error
}

var errShort = errors.New("it ends too early")

// finish says whether everything was read, and nothing is left.
func (c *coder) finish() error {
	if c.err == nil && len(c.bytes) > 0 {
		c.err = fmt.Errorf("%d bytes are left", len(c.bytes))
	}
	return c.err
}

// number is one varint.
func number[T int | int64](c *coder, v *T) {
	if !c.reading {
		c.bytes = binary.AppendVarint(c.bytes, int64(*v))
		return
	}
	n, size := binary.Varint(c.bytes)
	switch {
	case size <= 0 && c.err == nil:
		c.err = errShort
	case c.err == nil:
		*v, c.bytes = T(n), c.bytes[size:]
	}
}

func (c *coder) flag(v *bool) {
	n := 0
	if *v {
		n = 1
	}
	number(c, &n)
	*v = n == 1
}

// size is a length, or -1 for nil. What is read has at least that many bytes left.
func (c *coder) size(n int) int {
	number(c, &n)
	if c.reading && (c.err != nil || n < -1 || n > len(c.bytes)) {
		c.err = errors.Join(c.err, errShort)
		return -1
	}
	return n
}

// text is read as UTF-8, whatever the bytes are: what a stranger named his files goes into answers and rows.
func text[T ~string](c *coder, v *T) {
	n := c.size(len(*v))
	switch {
	case !c.reading:
		c.bytes = append(c.bytes, *v...)
	case n > 0:
		*v, c.bytes = T(strings.ToValidUTF8(string(c.bytes[:n]), "\uFFFD")), c.bytes[n:]
	}
}

func raw(c *coder, v *[]byte) {
	n := c.size(sizeOf(*v))
	switch {
	case !c.reading:
		c.bytes = append(c.bytes, *v...)
	case n >= 0:
		*v, c.bytes = c.bytes[:n:n], c.bytes[n:]
	}
}

// list is its length and then its items, each of at least one byte.
func list[T any](c *coder, items *[]T, each func(*coder, *T)) {
	n := c.size(sizeOf(*items))
	if c.reading && n >= 0 {
		*items = make([]T, 0, min(n, 1<<10)) // what a child announces may never come
	}
	for i := 0; i < n && c.err == nil; i++ {
		if c.reading {
			*items = append(*items, *new(T))
		}
		each(c, &(*items)[i])
	}
}

func sizeOf[T any](items []T) int {
	if items == nil {
		return -1
	}
	return len(items)
}

// pointer is a flag, and what is pointed to unless it is nil.
func pointer[T any](fields func(*coder, *T)) func(*coder, **T) {
	return func(c *coder, v **T) {
		there := *v != nil
		if c.flag(&there); !there {
			return
		}
		if c.reading {
			*v = new(T)
		}
		fields(c, *v)
	}
}
