package dir

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
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

// stage is a file in the staging folder, without a name if it can be. One with
// a name is locked as long as it is open, which tells a sweep that its process
// is alive.
type stage struct {
	bucket *Bucket
	path   string // by which it is linked and opened again
	named  bool   // path is in the staging folder, and stays until removed
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
	if f, err := b.sys.unnamed(b.staging); err == nil {
		return &stage{bucket: b, path: f.Name(), file: f}, nil
	}
	return b.namedStage()
}

// namedStage is for file systems without unnamed files, and says what is wrong
// with the others.
func (b *Bucket) namedStage() (*stage, error) {
	path := filepath.Join(b.staging, rand.Text()+stagingSuffix)
	f, err := b.sys.create(path)
	if err != nil {
		return nil, fmt.Errorf("stage: %w", failure(err))
	}
	_ = tryLock(f) // where it cannot be locked a sweep cannot lock it either, and lets it be
	return &stage{bucket: b, path: path, file: f, named: true}, nil
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

// renew puts the bytes into a new file without a name, durable.
func (s *stage) renew() error {
	fresh, err := s.bucket.sys.unnamed(s.bucket.staging)
	if err != nil {
		return err
	}
	_, err = io.Copy(fresh, io.NewSectionReader(s.file, 0, s.size))
	if err == nil {
		err = s.bucket.sys.syncFile(fresh)
	}
	if err != nil {
		fresh.Close()
		s.spent = fmt.Errorf("stage again: %w", failure(err))
		return s.spent
	}
	s.file.Close() // the old bytes are gone with it, and nobody needs them
	s.file, s.path = fresh, fresh.Name()
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
	err := s.file.Close()
	if s.named {
		err = errors.Join(err, s.bucket.sys.remove(s.path))
	}
	s.file, s.spent = nil, errDiscarded
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("discard stage: %w", failure(err))
	}
	return nil
}
