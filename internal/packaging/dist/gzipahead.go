package dist

import (
	"errors"
	"io"
)

// gzipAhead reads a gzip file and looks ahead, once, where it has so far expanded
// better than a whole archive may: the file is then expanded once more from its
// beginning without being hashed, so that a bomb (AV-4) is not hashed up to the limit.
type gzipAhead struct {
	*gzipReader
	lim    Limits
	read   int64 // expanded so far
	looked bool
}

// Read implements io.Reader. Past a limit that is ahead it returns an [*ArchiveError].
func (a *gzipAhead) Read(p []byte) (int, error) {
	n, err := a.gzipReader.Read(p)
	a.read += int64(n)
	if !a.looked && a.lim.expansion(a.read, a.in.pos()) != nil {
		a.looked = true
		if over := a.ahead(); over != nil {
			return 0, over
		}
	}
	return n, err
}

// ahead returns the error for a file that expands beyond a limit. Whatever else is
// wrong with it shows when it is read.
func (a *gzipAhead) ahead() error {
	all, err := newGzipReader(a.in.file, a.in.size, a.padding)
	if err != nil {
		return nil
	}
	_, err = io.Copy(io.Discard, &meter{source: all, archive: a.in.size, lim: a.lim})
	var over *ArchiveError
	if errors.As(err, &over) && (over.Kind == RatioExceeded || over.Kind == TooLarge) {
		return over
	}
	return nil
}
