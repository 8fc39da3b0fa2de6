package breachlist

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// List is an open file. Has and Range may be called at the same time.
type List struct {
	header
	from  io.ReaderAt
	close func() error
	rows  []placed
}

// placed is a row of the index and where its block begins.
type placed struct {
	row
	offset uint64
}

// Open opens a file that Build wrote. It reads header and index: 6 MB for a sorted list of a thousand million hashes. An
// error names the file and says what is wrong with it.
func Open(path string) (*List, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		var l *List
		if l, err = newList(f, info.Size()); err == nil {
			l.close = f.Close
			return l, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s cannot be used: %w", path, err), f.Close())
}

func newList(from io.ReaderAt, size int64) (*List, error) {
	if size < headerSize {
		return nil, damaged("it is too short")
	}
	b := make([]byte, headerSize)
	if _, err := from.ReadAt(b, 0); err != nil {
		return nil, err
	}
	h, err := parseHeader(b, size)
	if err != nil {
		return nil, err
	}
	l := &List{header: h, from: from, close: func() error { return nil }}
	return l, l.readIndex()
}

func (l *List) readIndex() error {
	b := make([]byte, l.blocks*rowSize)
	if _, err := l.from.ReadAt(b, int64(l.indexOffset)); err != nil && len(b) > 0 {
		return err
	}
	if checksum(b) != l.indexSum {
		return damaged("the checksum of its index is wrong")
	}
	offset, entries := uint64(headerSize), uint64(0)
	l.rows = make([]placed, l.blocks)
	for i := range l.rows {
		r := parseRow(b[i*rowSize:])
		if i > 0 && r.first <= l.rows[i-1].first {
			return damaged("its blocks are out of order")
		}
		l.rows[i] = placed{r, offset}
		offset, entries = offset+uint64(r.size), entries+uint64(r.entries)
	}
	if offset != l.indexOffset || entries != l.entries {
		return damaged("its index does not fit its blocks")
	}
	return nil
}

// Close gives up the file.
func (l *List) Close() error { return l.close() }

// Entries is how many hashes the list holds.
func (l *List) Entries() uint64 { return l.entries }

// Kind is what the list can do.
func (l *List) Kind() Kind { return l.kind }

// Has says whether a hash is in the list; a filter is wrong about one in 512 that are not. The error says that the file
// cannot be read or is damaged.
func (l *List) Has(h Hash) (bool, error) {
	i, exact := slices.BinarySearchFunc(l.rows, h.key(), func(r placed, key uint64) int { return cmp.Compare(r.first, key) })
	if !exact {
		i--
	}
	if i < 0 {
		return false, nil
	}
	block, err := l.read(i)
	if err != nil {
		return false, err
	}
	if l.kind == Filter {
		return hasFilter(block, l.rows[i].entries, h.key())
	}
	return hasSorted(block, h)
}

// read returns a block once its checksum was found right.
func (l *List) read(i int) ([]byte, error) {
	r := l.rows[i]
	block := make([]byte, r.size)
	if _, err := l.from.ReadAt(block, int64(r.offset)); err != nil {
		return nil, err
	}
	if checksum(block) != r.sum {
		return nil, damaged(fmt.Sprintf("the checksum of block %d is wrong", i))
	}
	return block, nil
}

// ErrNoRange says that a filter cannot list what it holds.
var ErrNoRange = errors.New("a filter lists no ranges")

// Range returns the hashes whose first 20 bits are prefix, in order.
func (l *List) Range(prefix uint32) (found []Hash, err error) {
	if l.kind != Sorted {
		return nil, ErrNoRange
	}
	low := uint64(prefix) << 44
	high := low | (1<<44 - 1)
	i, exact := slices.BinarySearchFunc(l.rows, low, func(r placed, key uint64) int { return cmp.Compare(r.first, key) })
	if !exact {
		i = max(0, i-1)
	}
	for ; i < len(l.rows) && l.rows[i].first <= high; i++ {
		block, err := l.read(i)
		if err != nil {
			return nil, err
		}
		err = eachSorted(block, func(h Hash) bool {
			if h.key() >= low && h.key() <= high {
				found = append(found, h)
			}
			return h.key() <= high
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
