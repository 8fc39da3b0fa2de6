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

// source is the file an archive is read from. It remembers its own failure,
// so that a broken disk is never taken for a broken archive.
type source struct {
	file   io.ReaderAt
	failed error // what the file itself failed with
}

// ReadAt implements io.ReaderAt.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.file.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}
