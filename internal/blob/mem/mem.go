// Package mem keeps blobs in memory: for tests, and for nothing that must last.
package mem

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"strongroom/internal/blob"
)

// Bucket is a [blob.Bucket] in memory. Its blobs last as long as it does.
type Bucket struct {
	mu    sync.Mutex
	blobs map[blob.Key]entry
}

type entry struct {
	data    []byte
	modTime time.Time
}

// New returns an empty bucket.
func New() *Bucket { return &Bucket{blobs: map[blob.Key]entry{}} }

// Stage implements [blob.Bucket].
func (b *Bucket) Stage(ctx context.Context) (blob.Stage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &stage{bucket: b}, nil
}

// Commit implements [blob.Bucket].
func (b *Bucket) Commit(ctx context.Context, s blob.Stage, key blob.Key) error {
	st, ok := s.(*stage)
	if !ok || st.bucket != b {
		return errors.New("commit: the stage belongs to another bucket")
	}
	if st.discarded {
		return fmt.Errorf("commit %s: %w", key, errDiscarded)
	}
	if err := errors.Join(key.Validate(), ctx.Err()); err != nil {
		return err
	}
	st.sealed = true
	return b.store(key, st.data)
}

// Put implements [blob.Bucket].
func (b *Bucket) Put(ctx context.Context, key blob.Key, data []byte) error {
	if err := errors.Join(key.Validate(), ctx.Err()); err != nil {
		return err
	}
	if sum := blob.KeyOf(data); sum != key {
		return fmt.Errorf("put %s: the %d bytes hash to %s", key, len(data), sum)
	}
	return b.store(key, bytes.Clone(data))
}

func (b *Bucket) store(key blob.Key, data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if have, ok := b.blobs[key]; !ok {
		b.blobs[key] = entry{data: data, modTime: time.Now().UTC()}
	} else if !bytes.Equal(have.data, data) {
		return fmt.Errorf("commit %s: %w", key, blob.ErrCorrupt)
	}
	return nil
}

// Open implements [blob.Bucket].
func (b *Bucket) Open(ctx context.Context, key blob.Key) (blob.Blob, error) {
	if err := errors.Join(key.Validate(), ctx.Err()); err != nil {
		return blob.Blob{}, err
	}
	b.mu.Lock()
	e, ok := b.blobs[key]
	b.mu.Unlock()
	if !ok {
		return blob.Blob{}, fmt.Errorf("open %s: %w", key, blob.ErrNotExist)
	}
	c := content{bytes.NewReader(e.data)}
	return blob.Blob{Content: c, Size: c.Size(), ModTime: e.modTime}, nil
}

// Delete implements [blob.Bucket].
func (b *Bucket) Delete(ctx context.Context, key blob.Key) error {
	if err := errors.Join(key.Validate(), ctx.Err()); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.blobs, key)
	return nil
}

// List implements [blob.Bucket]. It shows the blobs as they were when it began.
func (b *Bucket) List(ctx context.Context, visit func(blob.Info) error) error {
	b.mu.Lock()
	blobs := maps.Clone(b.blobs)
	b.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(blobs)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := blobs[key]
		if err := visit(blob.Info{Key: key, Size: int64(len(e.data)), ModTime: e.modTime}); err != nil {
			return err
		}
	}
	return nil
}

// content is a reader with nothing to close.
type content struct{ *bytes.Reader }

// Close does nothing.
func (content) Close() error { return nil }

var (
	errSealed    = errors.New("write to a committed stage")
	errDiscarded = errors.New("the stage was discarded")
)

type stage struct {
	bucket    *Bucket
	data      []byte
	sealed    bool
	discarded bool
}

// Write implements [blob.Stage].
func (s *stage) Write(p []byte) (int, error) {
	switch {
	case s.discarded:
		return 0, errDiscarded
	case s.sealed:
		return 0, errSealed
	}
	s.data = append(s.data, p...)
	return len(p), nil
}

// ReadAt implements [blob.Stage].
func (s *stage) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(s.data).ReadAt(p, off)
}

// Size implements [blob.Stage].
func (s *stage) Size() int64 { return int64(len(s.data)) }

// File implements [blob.Stage] by a temporary file that has no name any more.
func (s *stage) File() (*os.File, error) {
	if s.discarded {
		return nil, errDiscarded
	}
	f, err := os.CreateTemp("", "strongroom-stage-")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", blob.ErrUnavailable, err)
	}
	_, err = io.Copy(f, bytes.NewReader(s.data))
	readOnly, openErr := os.Open(f.Name())
	if err := errors.Join(err, f.Close(), openErr, os.Remove(f.Name())); err != nil {
		return nil, fmt.Errorf("%w: %w", blob.ErrUnavailable, err)
	}
	return readOnly, nil
}

// Discard implements [blob.Stage].
func (s *stage) Discard() error {
	s.data, s.discarded = nil, true
	return nil
}
