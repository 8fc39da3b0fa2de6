package dir

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"strongroom/internal/blob"
)

// writebackStep is how many bytes may be dirty before the kernel is asked to
// begin writing them, so that the fsync at the end of a large upload is short.
const writebackStep = 8 << 20

var (
	errSealed    = errors.New("write to a committed stage")
	errDiscarded = errors.New("the stage was discarded")
)

// stage is a file in the staging folder. It is locked as long as it is open,
// which tells a sweep that its process is alive.
type stage struct {
	bucket *Bucket
	path   string
	file   *os.File
	size   int64
	asked  int64 // write-back was asked for the bytes before
	sealed bool  // its bytes are durable
	spent  error // why it can never be committed
}

// Stage implements [blob.Bucket].
func (b *Bucket) Stage(ctx context.Context) (blob.Stage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path := filepath.Join(b.staging, rand.Text()+stagingSuffix)
	f, err := b.sys.create(path)
	if err != nil {
		return nil, fmt.Errorf("stage: %w", failure(err))
	}
	_ = tryLock(f) // where it cannot be locked a sweep cannot lock it either, and lets it be
	return &stage{bucket: b, path: path, file: f}, nil
}

// Write implements [blob.Stage].
func (s *stage) Write(p []byte) (int, error) {
	if s.spent != nil {
		return 0, s.spent
	}
	if s.sealed {
		return 0, errSealed
	}
	n, err := s.bucket.sys.write(s.file, p)
	s.size += int64(n)
	if err == nil && s.size-s.asked >= writebackStep {
		err = startWriteback(s.file, s.asked, s.size-s.asked)
		s.asked = s.size
	}
	if err != nil {
		s.spent = fmt.Errorf("write to stage: %w", failure(err))
		return n, s.spent
	}
	return n, nil
}

// seal makes the bytes durable, once.
func (s *stage) seal() error {
	if s.spent != nil || s.sealed {
		return s.spent
	}
	if err := s.bucket.sys.syncFile(s.file); err != nil {
		s.spent = fmt.Errorf("fsync: %w", failure(err))
		return s.spent
	}
	s.sealed = true
	return nil
}

// ReadAt implements [blob.Stage].
func (s *stage) ReadAt(p []byte, off int64) (int, error) { return s.file.ReadAt(p, off) }

// Size implements [blob.Stage].
func (s *stage) Size() int64 { return s.size }

// File implements [blob.Stage].
func (s *stage) File() (*os.File, error) {
	if s.file == nil {
		return nil, errDiscarded
	}
	f, err := os.Open(s.path)
	if err != nil {
		return nil, fmt.Errorf("open staged bytes: %w", failure(err))
	}
	return f, nil
}

// Discard implements [blob.Stage]. The file is closed before it is removed,
// because Windows removes no open file.
func (s *stage) Discard() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), s.bucket.sys.remove(s.path))
	s.file, s.spent = nil, errDiscarded
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("discard stage: %w", failure(err))
	}
	return nil
}
