package dir

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"

	"strongroom/internal/blob"
)

// reader gives n bytes, as a body does: a piece at a time.
type reader struct {
	chunk []byte
	left  int64
}

func (r *reader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.chunk[:min(int64(len(r.chunk)), r.left)])
	r.left -= int64(n)
	return n, nil
}

const wheelSize = 100 << 20

// BenchmarkUpload is the bytes' part of an upload of 100 MB: stage, three
// digests, commit.
func BenchmarkUpload(b *testing.B) {
	bucket, chunk := benchBucket(b), make([]byte, 32<<10)
	for i := 0; b.Loop(); i++ {
		chunk[0], chunk[1] = byte(i), byte(i>>8)
		s, err := bucket.Stage(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		h := blob.NewHasher()
		io.Copy(io.MultiWriter(s, h), &reader{chunk, wheelSize})
		if err := bucket.Commit(b.Context(), s, h.Sum().Key()); err != nil {
			b.Fatal(err)
		}
		finish(b, bucket, s, h.Sum().Key())
	}
}

// BenchmarkPlain is the limit: one digest in line, the same fsyncs.
func BenchmarkPlain(b *testing.B) {
	bucket, chunk := benchBucket(b), make([]byte, 32<<10)
	for i := 0; b.Loop(); i++ {
		chunk[0], chunk[1] = byte(i), byte(i>>8)
		s, err := bucket.Stage(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		s.(*stage).asked = 1 << 40 // no early write-back
		h := sha256.New()
		io.Copy(io.MultiWriter(s.(*stage).file, h), &reader{chunk, wheelSize})
		key := blob.Key(hex.EncodeToString(h.Sum(nil)))
		if err := bucket.Commit(b.Context(), s, key); err != nil {
			b.Fatal(err)
		}
		finish(b, bucket, s, key)
	}
}

func benchBucket(b *testing.B) *Bucket {
	bucket, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(wheelSize)
	return bucket
}

// finish removes the blob, not to fill the disk, and outside the measured time.
func finish(b *testing.B, bucket *Bucket, s blob.Stage, key blob.Key) {
	b.StopTimer()
	defer b.StartTimer()
	s.Discard()
	bucket.Delete(b.Context(), key)
}
