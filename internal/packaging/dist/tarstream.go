package dist

import (
	"errors"
	"io"
)

// tarStream is an expanded tar, read in order. Slices it returns are valid
// until the next call. What ends in the middle is refused.
type tarStream struct {
	r     io.Reader
	buf   []byte
	ready []byte // of buf, not yet taken
	pos   int64  // offset of ready's begin in the tar
	err   error  // what r ended with
}

func newTarStream(r io.Reader) *tarStream {
	return &tarStream{r: r, buf: make([]byte, 64<<10)}
}

// fill has at least n bytes ready, if the tar does not end before.
func (s *tarStream) fill(n int) {
	if len(s.ready) >= n || s.err != nil {
		return
	}
	have := copy(s.buf, s.ready)
	for have < n && s.err == nil {
		var more int
		more, s.err = s.r.Read(s.buf[have:])
		have += more
	}
	s.ready = s.buf[:have]
}

// ended returns the error for a stream that gives no more: io.EOF, a refusal,
// or what the file failed with.
func (s *tarStream) ended() error {
	if !errors.Is(s.err, io.EOF) {
		return s.err
	}
	return refuseAt(NotAnArchive, s.pos, "the tar ends in the middle of a member: the file is cut off")
}

// take moves n ready bytes out.
func (s *tarStream) take(n int) []byte {
	taken := s.ready[:n]
	s.ready = s.ready[n:]
	s.pos += int64(n)
	return taken
}

// block returns the next block, or io.EOF where the tar ends before it.
func (s *tarStream) block() ([]byte, error) {
	s.fill(tarBlock)
	switch {
	case len(s.ready) >= tarBlock:
		return s.take(tarBlock), nil
	case len(s.ready) == 0 && errors.Is(s.err, io.EOF):
		return nil, io.EOF
	}
	return nil, s.ended()
}

// some returns the next bytes, at least one and at most the given number.
func (s *tarStream) some(most int64) ([]byte, error) {
	s.fill(1)
	if len(s.ready) == 0 {
		return nil, s.ended()
	}
	return s.take(int(min(most, int64(len(s.ready))))), nil
}

// padding reads what fills up a content of this size to whole blocks, and
// reports whether it is zeros.
func (s *tarStream) padding(size int64) (zeros bool, err error) {
	n := int(-size & (tarBlock - 1))
	s.fill(n)
	if len(s.ready) < n {
		return false, s.ended()
	}
	return allZero(s.take(n)), nil
}

// rest reads to the end of the tar, where only zeros may stand, and no more of
// them than any writer of tar appends.
func (s *tarStream) rest() error {
	for most := s.pos + tarTrailer; ; {
		s.fill(1)
		if len(s.ready) == 0 {
			return s.err
		}
		at := s.pos
		if !allZero(s.take(len(s.ready))) {
			return refuseAt(TrailingData, at, "bytes other than zeros stand after the end of the tar")
		}
		if s.pos > most {
			return refuseAt(TrailingData, at, "more than %d bytes stand after the end of the tar", tarTrailer)
		}
	}
}

// tarTrailer is how many zeros may follow the end of a tar, in bytes. Writers
// fill up to a record of 20 blocks; tapes had records of up to 512 kB.
const tarTrailer = 1 << 20
