package factor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// The part of CBOR (RFC 8949) that authenticators write (CTAP2 canonical form): integers, strings, arrays, maps, true,
// false and null, of known length.

// cborDepth is how deep values may stand in each other; CTAP2 allows four.
const cborDepth = 8

var errCBOR = errors.New("the security key's answer is malformed")

// readCBOR reads one value from the beginning of b and returns what follows it: int64, []byte, string, []any,
// map[any]any with keys of int64 or string, bool, or nil.
func readCBOR(b []byte) (value any, rest []byte, err error) { return readItem(b, cborDepth) }

func readItem(b []byte, depth int) (value any, rest []byte, err error) {
	if len(b) == 0 || depth == 0 {
		return nil, nil, errCBOR
	}
	major := b[0] >> 5
	if major == 7 {
		return readSimple(b[0], b[1:])
	}
	n, b, err := readNumber(b)
	if err != nil {
		return nil, nil, err
	}
	switch major {
	case 0:
		return int64(n), b, nil
	case 1:
		return -1 - int64(n), b, nil
	case 4:
		return readArray(b, n, depth)
	case 5:
		return readMap(b, n, depth)
	case 2, 3:
		return readString(b, n, major == 3)
	}
	return nil, nil, errCBOR // a tag
}

// readNumber reads the number in the head of an item, at most 2⁶³-1.
func readNumber(b []byte) (n uint64, rest []byte, err error) {
	kind, b := b[0]&31, b[1:]
	if kind < 24 {
		return uint64(kind), b, nil
	}
	size := 1 << (kind - 24)
	if kind > 27 || len(b) < size {
		return 0, nil, errCBOR
	}
	var wide [8]byte
	copy(wide[8-size:], b)
	if n = binary.BigEndian.Uint64(wide[:]); n>>63 != 0 {
		return 0, nil, errCBOR
	}
	return n, b[size:], nil
}

func readSimple(head byte, rest []byte) (any, []byte, error) {
	switch head & 31 {
	case 20, 21:
		return head&31 == 21, rest, nil
	case 22:
		return nil, rest, nil
	}
	return nil, nil, errCBOR
}

func readString(b []byte, n uint64, text bool) (any, []byte, error) {
	if n > uint64(len(b)) {
		return nil, nil, errCBOR
	}
	if text && !utf8.Valid(b[:n]) {
		return nil, nil, errCBOR
	}
	if text {
		return string(b[:n]), b[n:], nil
	}
	return b[:n:n], b[n:], nil
}

func readArray(b []byte, n uint64, depth int) (value any, rest []byte, err error) {
	if n > uint64(len(b)) {
		return nil, nil, errCBOR
	}
	items := make([]any, n)
	for i := range items {
		if items[i], b, err = readItem(b, depth-1); err != nil {
			return nil, nil, err
		}
	}
	return items, b, nil
}

func readMap(b []byte, n uint64, depth int) (value any, rest []byte, err error) {
	if 2*n > uint64(len(b)) {
		return nil, nil, errCBOR
	}
	items := make(map[any]any, n)
	for range n {
		var key any
		if key, b, err = readItem(b, depth-1); err != nil {
			return nil, nil, err
		}
		switch key.(type) {
		case int64, string:
		default:
			return nil, nil, errCBOR
		}
		if _, twice := items[key]; twice {
			return nil, nil, fmt.Errorf("%w: the key %v is there twice", errCBOR, key)
		}
		if items[key], b, err = readItem(b, depth-1); err != nil {
			return nil, nil, err
		}
	}
	return items, b, nil
}
