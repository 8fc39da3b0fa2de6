package dist

import (
	"errors"
	"io"
)

// meter counts what it reads and stops at the limits on expanded size, so
// that a decompression bomb costs no more than they allow.
type meter struct {
	source  io.Reader
	archive int64 // size of the compressed archive
	read    int64 // expanded so far
	lim     Limits
}

// Read implements io.Reader. Past a limit it returns an [*ArchiveError].
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.source.Read(p)
	m.read += int64(n)
	if over := m.lim.expansion(m.read, m.archive); over != nil {
		return 0, over
	}
	return n, err
}

// expansion returns the error for an archive of this size that expands to so
// many bytes, or nil.
func (lim Limits) expansion(expanded, archive int64) error {
	if expanded > lim.RatioFloor && expanded/lim.Ratio > archive {
		return refuse(RatioExceeded, "", "File exceeds compression ratio of %d", lim.Ratio)
	}
	if expanded > lim.Expanded {
		return refuse(TooLarge, "", "the archive expands to more than %d bytes", lim.Expanded)
	}
	return nil
}

// source is the file an archive is read from. It bounds how much is read
// while a limit is set, and remembers its own failure, so that a broken disk
// is never taken for a broken archive.
type source struct {
	file   io.ReaderAt
	left   int64 // bytes that may still be read
	failed error // what the file itself failed with
}

// unbounded is a limit no reading reaches.
const unbounded = 1<<62 - 1

// errDirectory ends the opening of a zip with too large a directory.
var errDirectory = errors.New("the archive's directory is too large")

// errOffset answers a read before the begin of the file.
var errOffset = errors.New("the archive points outside of itself")

// ReadAt implements io.ReaderAt. An archive may point before its own begin,
// which is the archive's fault and not the file's.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errOffset
	}
	if s.left -= int64(len(p)); s.left < 0 {
		return 0, errDirectory
	}
	n, err := s.file.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

// readMember reads a member's content, at most limit bytes.
func readMember(r io.Reader, path string, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, refuse(TooLarge, path, "larger than %d bytes", limit)
	}
	return content, nil
}
