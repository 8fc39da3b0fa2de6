package breachlist

import (
	"bytes"
	"encoding/binary"
)

// A block of a sorted list: for each hash the distance of its first five bytes to those of the one before (a varint; at
// a thousand million hashes two bytes), then its other fifteen bytes.

const (
	sortedBlock = 4096 // hashes
	headBytes   = 5
)

func head(h Hash) uint64 { return h.key() >> (64 - 8*headBytes) }

func packSorted(hashes []Hash) []byte {
	out := make([]byte, 0, 18*len(hashes))
	last := uint64(0)
	for _, h := range hashes {
		out = binary.AppendUvarint(out, head(h)-last)
		out = append(out, h[headBytes:]...)
		last = head(h)
	}
	return out
}

// eachSorted visits the hashes of a block in order, until visit returns false.
func eachSorted(block []byte, visit func(Hash) bool) error {
	var h Hash
	at := uint64(0)
	for len(block) > 0 {
		step, n := binary.Uvarint(block)
		if n <= 0 || len(block) < n+len(h)-headBytes {
			return damaged("a block ends in the middle of a hash")
		}
		at += step
		binary.BigEndian.PutUint64(h[:], at<<(64-8*headBytes))
		copy(h[headBytes:], block[n:])
		block = block[n+len(h)-headBytes:]
		if !visit(h) {
			return nil
		}
	}
	return nil
}

func hasSorted(block []byte, want Hash) (found bool, err error) {
	err = eachSorted(block, func(h Hash) bool {
		order := bytes.Compare(h[:], want[:])
		found = order == 0
		return order < 0
	})
	return found, err
}
