// Package blob keeps immutable bytes under keys. A key is the SHA-256 of the
// bytes, so a key never stands for two contents and a filename never reaches
// the disk (design §1 "blob").
//
// The package itself holds the contract ([Bucket]) and the one-pass digests
// ([Hasher]). Where the bytes live is an implementation: dir (a folder), mem
// (tests). Every implementation must pass blobtest.Run.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"strongroom/internal/index"
)

// What can go wrong, to be asked with errors.Is. Any other error is a mistake
// of the caller (a key that is none, a stage of another bucket, a cancelled
// context).
var (
	// ErrNotExist says that nothing is stored under the key.
	ErrNotExist = errors.New("no such blob")

	// ErrFull says that the disk or a quota is used up. Nothing was stored;
	// reads go on. Answer 507, and try again when there is space (P15).
	ErrFull error = &index.Error{
		Code: index.CodeStorageFull, Retry: 300,
		Detail: "The server's storage is full. Nothing was stored; tell the administrators and try again later.",
	}

	// ErrUnavailable says that the store failed and that it is unknown whether
	// the operation happened. The bytes must not be named by a row. Answer 503;
	// the client may start again from the beginning.
	ErrUnavailable error = &index.Error{
		Code: index.CodeUnavailable, Retry: 10,
		Detail: "The server's storage does not answer. Nothing was stored; try again in a moment.",
	}

	// ErrCorrupt says that other bytes are stored under the key than the key
	// promises (P6). Only fsck can help.
	ErrCorrupt = errors.New("the stored blob is damaged")
)

// Key is the address of a blob: the SHA-256 of its bytes in 64 lower-case
// hexadecimal digits.
type Key string

// KeyOf returns the key of data.
func KeyOf(data []byte) Key {
	sum := sha256.Sum256(data)
	return Key(hex.EncodeToString(sum[:]))
}

// Validate returns an error unless k is 64 lower-case hexadecimal digits. Every
// Bucket must call it before a key becomes a path.
func (k Key) Validate() error {
	if len(k) != 2*sha256.Size {
		return fmt.Errorf("blob key %q has %d characters, a SHA-256 has 64 hexadecimal digits", string(k), len(k))
	}
	for _, c := range []byte(k) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Errorf("blob key %q contains %q, want lower-case hexadecimal digits only", string(k), rune(c))
		}
	}
	return nil
}

// Bucket keeps blobs. All methods must be safe for concurrent use and must
// refuse a key that does not [Key.Validate].
//
// The promise that uploads stand on (design §2 "bytes first", P1, P2): when
// Commit or Put returns nil, the bytes survive kill -9 and power loss under
// their key, and every Open gives exactly them until Delete. When they return
// an error the blob may be there or not (failed-and-done, failed-and-not-done):
// the caller must not name it in a row, and may simply try again from new bytes.
type Bucket interface {
	// Stage opens an empty staging area on the store's own file system. The
	// caller must Discard it, also after Commit.
	Stage(ctx context.Context) (Stage, error)

	// Commit makes the staged bytes durable under key. The caller vouches that
	// they hash to key. It must never replace what is there: the same bytes
	// already under key are a success, other bytes are ErrCorrupt. The stage takes no more
	// bytes afterwards, but it may be committed again until it is discarded
	// (when a sweep condemned the blob in between).
	//
	// After a failed fsync nothing may be trusted: the stage is spent, every
	// further Commit of it must fail, and the error is ErrUnavailable.
	Commit(ctx context.Context, stage Stage, key Key) error

	// Put does the same for small bytes in memory (metadata files). It must
	// refuse data that does not hash to key.
	Put(ctx context.Context, key Key, data []byte) error

	// Open returns the blob under key, or ErrNotExist. The caller must close
	// its Content.
	Open(ctx context.Context, key Key) (Blob, error)

	// Delete removes the blob, durably when it returns nil. Deleting what is
	// not there is a success. Readers that have it open may finish.
	Delete(ctx context.Context, key Key) error

	// List calls visit for each blob in ascending order of keys and stops at
	// the first error, which it returns. Blobs that come or go meanwhile may
	// be seen or not; staging areas are never seen.
	List(ctx context.Context, visit func(Info) error) error
}

// Stage is a staging area: bytes that nobody sees yet. It belongs to one
// goroutine at a time. Bytes left behind by a crash are swept.
type Stage interface {
	// Write appends. After an error the stage is spent: it must never commit.
	io.Writer

	// ReadAt reads what was written so far.
	io.ReaderAt

	// Size is the number of bytes written.
	Size() int64

	// File opens the staged bytes once more, for reading only and with an
	// offset of its own: what a sandboxed child is given (AV-2). The caller
	// must close it.
	File() (*os.File, error)

	// Discard frees the staging area; what was committed stays. A second call
	// does nothing.
	Discard() error
}

// Blob is an opened blob.
type Blob struct {
	Content Content
	Size    int64     // in bytes
	ModTime time.Time // when the last byte was written, UTC
}

// Content reads a blob. For a bucket of files it must be the [*os.File] itself,
// so that net/http hands it to sendfile.
type Content interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Info is what List tells about a blob.
type Info struct {
	Key     Key
	Size    int64     // in bytes
	ModTime time.Time // as in Blob
}
