package dist

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

// zipSink takes the expanded bytes of one member after the other, and does in
// one pass all that is done with them.
type zipSink struct {
	hash     hash.Hash
	crc      uint32
	size     int64
	declared int64     // the member may not expand to more
	keep     *keptFile // nil for a file nobody asks for
	watch    io.Writer // nil if nobody watches
	failed   error     // of watch
}

// keptFile is a metadata file to be kept as it is read.
type keptFile struct {
	limit   int64 // bytes kept at most
	content []byte
	found   bool // it stands in the archive, whatever its state
}

// errLonger ends the expansion of a member that is longer than it says.
var errLonger = errors.New("longer than declared")

// open begins a member.
func (s *zipSink) open(e *zipEntry, keep *keptFile) {
	if s.hash == nil {
		s.hash = sha256.New()
	}
	s.hash.Reset()
	s.crc, s.size, s.declared, s.keep, s.watch = 0, 0, int64(e.expanded), keep, nil
	if keep != nil && s.declared <= keep.limit {
		keep.content = make([]byte, 0, s.declared)
	}
}

// Write implements [io.Writer]. What is beyond the declared size goes nowhere.
func (s *zipSink) Write(p []byte) (int, error) {
	if s.size += int64(len(p)); s.size > s.declared {
		return 0, errLonger
	}
	s.hash.Write(p)
	s.crc = crc32.Update(s.crc, crc32.IEEETable, p)
	if s.keep != nil && s.keep.content != nil {
		s.keep.content = append(s.keep.content, p...)
	}
	if s.watch != nil {
		_, s.failed = s.watch.Write(p)
	}
	return len(p), s.failed
}

// verdict compares what came with what e declares. err ended the expansion,
// and left bytes of the member were not needed for it.
func (s *zipSink) verdict(e *zipEntry, err error, left int64) string {
	detail := ""
	switch {
	case errors.Is(err, errLonger):
		detail = fmt.Sprintf("expands to more than the %d bytes it is said to have", s.declared)
	case err != nil:
		detail = fmt.Sprintf("cannot be expanded: %v", err)
	case left > 0:
		detail = fmt.Sprintf("its compressed data end %d bytes before the member does", left)
	case s.size != s.declared:
		detail = fmt.Sprintf("expands to %d bytes instead of the %d it is said to have", s.size, s.declared)
	case s.crc != e.crc:
		detail = fmt.Sprintf("its checksum is %08x instead of %08x", s.crc, e.crc)
	}
	if detail != "" && s.keep != nil {
		s.keep.content = nil
	}
	return detail
}

// digest returns the SHA-256 of the member's bytes in hexadecimal.
func (s *zipSink) digest() string {
	var sum [sha256.Size]byte
	return hex.EncodeToString(s.hash.Sum(sum[:0]))
}
