package dir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"strongroom/internal/blob"
)

// Open implements [blob.Bucket]. The Content is an *os.File.
func (b *Bucket) Open(ctx context.Context, key blob.Key) (blob.Blob, error) {
	if err := errors.Join(key.Validate(), ctx.Err()); err != nil {
		return blob.Blob{}, err
	}
	f, err := os.Open(b.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return blob.Blob{}, fmt.Errorf("open %s: %w", key, blob.ErrNotExist)
	}
	if err != nil {
		return blob.Blob{}, fmt.Errorf("open %s: %w", key, failure(err))
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return blob.Blob{}, fmt.Errorf("open %s: %w", key, failure(err))
	}
	return blob.Blob{Content: f, Size: info.Size(), ModTime: info.ModTime().UTC()}, nil
}

// Delete implements [blob.Bucket]. Folders stay, even when they become empty:
// removing one could race with a commit into it.
func (b *Bucket) Delete(ctx context.Context, key blob.Key) error {
	if err := errors.Join(key.Validate(), ctx.Err()); err != nil {
		return err
	}
	err := b.sys.remove(b.path(key))
	if err == nil {
		err = b.syncs.folder(b.folder(string(key[:2])))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete %s: %w", key, failure(err))
	}
	return nil
}

// List implements [blob.Bucket]. Files that are no blobs, or stand in the wrong
// folder, are passed over.
func (b *Bucket) List(ctx context.Context, visit func(blob.Info) error) error {
	return eachFolder(b.blobs, func(leaf string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return b.listLeaf(leaf, visit)
	})
}

// eachFolder calls visit for the folders in path with two-digit names, in order.
func eachFolder(path string, visit func(string) error) error {
	entries, err := readFolder(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || len(e.Name()) != 2 {
			continue
		}
		if err := visit(filepath.Join(path, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bucket) listLeaf(leaf string, visit func(blob.Info) error) error {
	entries, err := readFolder(leaf)
	if err != nil {
		return err
	}
	for _, e := range entries {
		key := blob.Key(e.Name())
		if key.Validate() != nil || b.path(key) != filepath.Join(leaf, e.Name()) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted since the folder was read
		}
		if err != nil {
			return fmt.Errorf("list blobs: %w", failure(err))
		}
		err = visit(blob.Info{Key: key, Size: info.Size(), ModTime: info.ModTime().UTC()})
		if err != nil {
			return err
		}
	}
	return nil
}

func readFolder(path string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("list blobs: %w", failure(err))
	}
	return entries, nil
}
