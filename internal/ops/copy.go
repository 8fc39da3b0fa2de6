package ops

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"strongroom/internal/blob"
	"strongroom/internal/database"
)

// within reports whether path is folder or lies below it.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// syncFolder makes the names in a folder durable. Windows has no such thing.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// writeFile replaces a file that only its owner may read: the old content
// stays until the new one is durable.
func writeFile(path string, data []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// packed is a compressed file on its way, hashed as it is written.
type packed struct {
	*gzip.Writer
	file *os.File
	sum  hash.Hash
	size int64
}

func createPacked(path string) (*packed, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	p := &packed{file: f, sum: sha256.New()}
	p.Writer, err = gzip.NewWriterLevel(writerFunc(p.write), gzip.BestSpeed)
	return p, err
}

func (p *packed) write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.sum.Write(b[:n])
	p.size += int64(n)
	return n, err
}

// finish makes the file durable and returns its SHA-256 and size.
func (p *packed) finish() (sum string, size int64, err error) {
	err = errors.Join(p.Writer.Close(), p.file.Sync(), p.file.Close(), syncFolder(filepath.Dir(p.file.Name())))
	return hex.EncodeToString(p.sum.Sum(nil)), p.size, err
}

// abort gives the file up; after finish it does nothing.
func (p *packed) abort() { p.file.Close() }

type writerFunc func([]byte) (int, error)

// Write implements io.Writer.
func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// unpacked reads a compressed file.
type unpacked struct {
	io.Reader
	file *os.File
}

func openPacked(path string) (*unpacked, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &unpacked{z, f}, nil
}

// Close closes the file.
func (u *unpacked) Close() error { return u.file.Close() }

// opener is where blobs are read from.
type opener interface {
	Open(ctx context.Context, key blob.Key) (blob.Blob, error)
}

// sourceReader remembers when it was the source that failed.
type sourceReader struct {
	from   io.Reader
	failed error
}

// Read implements io.Reader.
func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

// transfer copies a blob and hashes it on the way. damage says that the source
// does not have the right bytes; then nothing was stored.
func transfer(ctx context.Context, to blob.Bucket, from opener, b database.Blob) (damage, err error) {
	key := blob.Key(b.SHA256)
	have, err := from.Open(ctx, key)
	if errors.Is(err, blob.ErrNotExist) {
		return err, nil
	}
	if err != nil {
		return nil, err
	}
	defer have.Content.Close()
	stage, err := to.Stage(ctx)
	if err != nil {
		return nil, err
	}
	defer stage.Discard()
	sum, source := sha256.New(), &sourceReader{from: have.Content}
	if _, err := io.Copy(io.MultiWriter(stage, sum), source); err != nil {
		if source.failed != nil {
			return fmt.Errorf("blob %s cannot be read: %w", key, source.failed), nil
		}
		return nil, err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != b.SHA256 {
		return fmt.Errorf("blob %s is damaged: its bytes hash to %s", key, got), nil
	}
	return nil, to.Commit(ctx, stage, key)
}

// inParallel gives what source sends to several workers, until one fails.
func inParallel(ctx context.Context, workers int, source func(send func(database.Blob) error) error, work func(context.Context, database.Blob) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan database.Blob)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for b := range queue {
				if err := work(ctx, b); err != nil {
					cancel(err)
				}
			}
		})
	}
	err := source(func(b database.Blob) error {
		select {
		case queue <- b:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(queue)
	all.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
