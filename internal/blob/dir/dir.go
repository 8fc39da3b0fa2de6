// Package dir keeps blobs in a folder, such that an acknowledged blob survives
// kill -9 and power loss (P1, P2).
//
//	ROOT/blobs/sha256/ab/<key>   one file a blob, mode 0440, never written again
//	ROOT/staging/<random>.part   uploads that are not finished
//
// On Linux an unfinished upload has no name at all where the file system can do
// that, so that a crash leaves nothing behind.
//
// A blob is stored in three steps: fsync of the staged file, link (which never
// replaces) to its key, fsync of the folder. Where the folder's own name is not
// yet known to be durable its parent is synced as well; which ones are known is
// remembered, so a steady upload costs one fsync of a file and one of a folder.
// There are only 256 folders, because with a second level nearly every upload
// into a young index would make a new one and pay for its parents.
//
// A failed fsync is final: Linux may report a lost write only once and then
// call the page clean. So a stage that failed is spent, and a folder that
// failed takes no more blobs until the bucket is opened again.
//
// Several processes may open the same root. On Windows folders cannot be
// synced: there a blob survives kill -9, and power loss as far as NTFS
// journals the name by itself.
package dir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"strongroom/internal/blob"
)

const (
	folderMode = 0o750
	fileMode   = 0o440 // immutable, and a web server in the group may serve it
)

// Bucket is a [blob.Bucket] in a folder.
type Bucket struct {
	blobs   string // ROOT/blobs/sha256
	staging string
	sys     calls
	syncs   *groupSync

	mu      sync.Mutex
	durable map[string]struct{} // the folders "ab" whose names are known to be on disk
}

// Open returns the bucket in root, making what is missing, and sweeps staging
// files that crashed uploads left behind.
func Open(root string) (*Bucket, error) { return open(root, systemCalls()) }

func open(root string, sys calls) (*Bucket, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("blob folder: %w", err)
	}
	b := &Bucket{
		blobs:   filepath.Join(root, "blobs", "sha256"),
		staging: filepath.Join(root, "staging"),
		sys:     sys,
		syncs:   newGroupSync(sys.syncDir),
		durable: map[string]struct{}{},
	}
	for _, path := range []string{root, filepath.Dir(b.blobs), b.blobs, b.staging} {
		if err := b.makeFolder(path); err != nil {
			return nil, fmt.Errorf("blob folder: %w", failure(err))
		}
	}
	if err := b.knowFolders(); err != nil {
		return nil, fmt.Errorf("blob folder: %w", failure(err))
	}
	if err := b.sweep(); err != nil {
		return nil, fmt.Errorf("sweep staging files: %w", failure(err))
	}
	return b, nil
}

// knowFolders makes the names of all folders that are there durable at once.
// They are listed first: one that comes later is not taken for durable.
func (b *Bucket) knowFolders() error {
	entries, err := os.ReadDir(b.blobs)
	if err != nil || len(entries) == 0 {
		return err
	}
	if err := b.syncs.folder(b.blobs); err != nil {
		return err
	}
	for _, e := range entries {
		b.durable[e.Name()] = struct{}{}
	}
	return nil
}

// makeFolder makes path and its parents, each durable. A folder that exists may
// be left by a process that died before its fsync, so its parent is synced too,
// unless the parent is not ours to open.
func (b *Bucket) makeFolder(path string) error {
	parent := filepath.Dir(path)
	err := b.sys.mkdir(path)
	if errors.Is(err, fs.ErrNotExist) && parent != path {
		if err := b.makeFolder(parent); err != nil {
			return err
		}
		err = b.sys.mkdir(path)
	}
	existed := errors.Is(err, fs.ErrExist)
	if err != nil && !existed {
		return err
	}
	if err := b.syncs.folder(parent); !existed || !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// Commit implements [blob.Bucket].
func (b *Bucket) Commit(ctx context.Context, s blob.Stage, key blob.Key) error {
	st, ok := s.(*stage)
	if !ok || st.bucket != b {
		return errors.New("commit: the stage belongs to another bucket")
	}
	if err := errors.Join(key.Validate(), ctx.Err()); err != nil {
		return err
	}
	if err := st.seal(); err != nil { // a crash leaves a staging file
		return fmt.Errorf("commit %s: %w", key, err)
	}
	if err := b.link(st, key); err != nil { // a crash leaves an orphan, durable or not
		return fmt.Errorf("commit %s: %w", key, failure(err))
	}
	if err := b.settle(string(key[:2])); err != nil {
		return fmt.Errorf("commit %s: %w", key, failure(err))
	}
	return nil
}

// Put implements [blob.Bucket].
func (b *Bucket) Put(ctx context.Context, key blob.Key, data []byte) error {
	if err := key.Validate(); err != nil {
		return err
	}
	if sum := blob.KeyOf(data); sum != key {
		return fmt.Errorf("put %s: the %d bytes hash to %s", key, len(data), sum)
	}
	s, err := b.Stage(ctx)
	if err != nil {
		return err
	}
	defer s.Discard()
	if _, err := s.Write(data); err != nil {
		return err
	}
	return b.Commit(ctx, s, key)
}

// linkTries bounds how often a sweep may take the same bytes away under our
// hands; a link that leads nowhere would look the same for ever.
const linkTries = 10

// link gives the staged file its key. Bytes that stand there are held against
// the key; if a sweep deletes them just then, ours take their place.
func (b *Bucket) link(s *stage, key blob.Key) (err error) {
	for range linkTries {
		if err = b.linkOnce(s, key); !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err = verify(b.path(key), key); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}

// linkOnce makes the folder when it is missing, and a file without a name anew
// when a sweep took the only name it ever had: Linux gives it no other.
func (b *Bucket) linkOnce(s *stage, key blob.Key) error {
	path := b.path(key)
	err := b.sys.link(s.path, path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := b.makeLeaf(string(key[:2])); err != nil {
			return err
		}
		err = b.sys.link(s.path, path)
	}
	if errors.Is(err, fs.ErrNotExist) && !s.named {
		if err := s.renew(); err != nil {
			return err
		}
		err = b.sys.link(s.path, path)
	}
	return err
}

// makeLeaf makes the folder "ab". What was known about it is forgotten, in case
// somebody removed and we now renew it.
func (b *Bucket) makeLeaf(leaf string) error {
	b.mu.Lock()
	delete(b.durable, leaf)
	b.mu.Unlock()
	if err := b.sys.mkdir(b.folder(leaf)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// settle makes the names in a leaf folder durable, and the folder's own name.
func (b *Bucket) settle(leaf string) error {
	b.mu.Lock()
	_, known := b.durable[leaf]
	b.mu.Unlock()
	if !known {
		if err := b.syncs.folder(b.blobs); err != nil {
			return err
		}
		b.mu.Lock()
		b.durable[strings.Clone(leaf)] = struct{}{} // a clone, not to keep the whole key
		b.mu.Unlock()
	}
	return b.syncs.folder(b.folder(leaf))
}

// folder returns the path of the folder "ab".
func (b *Bucket) folder(leaf string) string { return filepath.Join(b.blobs, leaf) }

// Name returns where a blob stands below blobs/sha256, here and in a backup.
func Name(key blob.Key) string { return filepath.Join(string(key[:2]), string(key)) }

func (b *Bucket) path(key blob.Key) string {
	return filepath.Join(b.blobs, Name(key))
}

// verify reads what already stands under a key: a torn or rotten file must not
// pass for the upload (P6).
func verify(path string, key blob.Key) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != string(key) {
		return fmt.Errorf("%w: %s does not hash to its name; run fsck", blob.ErrCorrupt, path)
	}
	return nil
}
