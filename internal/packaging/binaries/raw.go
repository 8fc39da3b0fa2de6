package binaries

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// errTooMuch says that a file's names are beyond all measure.
var errTooMuch = fmt.Errorf("its names are longer than %d bytes together", maxText)

// errEnd says that the file points beyond its own end.
var errEnd = errors.New("it points beyond its own end")

// raw reads pieces of a file whose every offset and size is only a claim.
type raw struct {
	file  io.ReaderAt
	size  int64            // bytes the file really has
	order binary.ByteOrder // of the numbers in it
	text  *int             // bytes of names that may still be kept
}

// at returns n bytes from an offset. The caller bounds n.
func (r raw) at(offset uint64, n int) ([]byte, error) {
	if offset > uint64(r.size) || uint64(n) > uint64(r.size)-offset {
		return nil, errEnd
	}
	data := make([]byte, n)
	if read, err := r.file.ReadAt(data, int64(offset)); read < n {
		return nil, fmt.Errorf("read %d of %d bytes at %d: %w", read, n, offset, err)
	}
	return data, nil
}

// name returns the text at an offset, up to its NUL, and counts it as kept.
func (r raw) name(offset uint64) (string, error) {
	text, err := r.peek(offset, maxName)
	if err != nil {
		return "", err
	}
	if *r.text -= len(text); *r.text < 0 {
		return "", errTooMuch
	}
	return text, nil
}

// peek returns the text at an offset, up to its NUL or the file's end, and at most limit bytes.
func (r raw) peek(offset uint64, limit int) (string, error) {
	if offset >= uint64(r.size) {
		return "", errEnd
	}
	var found []byte
	for step := 64; len(found) < limit; step *= 2 {
		n := int(min(uint64(min(step, limit-len(found))), uint64(r.size)-offset-uint64(len(found))))
		data, err := r.at(offset+uint64(len(found)), n)
		if err != nil || n == 0 {
			return string(found), err
		}
		end := bytes.IndexByte(data, 0)
		if end >= 0 && found == nil {
			return string(data[:end]), nil
		}
		if end >= 0 {
			return string(append(found, data[:end]...)), nil
		}
		found = append(found, data...)
	}
	return string(found), nil
}
