package blob_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"golang.org/x/crypto/blake2b"

	"strongroom/internal/blob"
)

func plainDigests(data []byte) blob.Digests {
	sha, blake, md := sha256.Sum256(data), blake2b.Sum256(data), md5.Sum(data)
	return blob.Digests{
		SHA256:     hex.EncodeToString(sha[:]),
		BLAKE2b256: hex.EncodeToString(blake[:]),
		MD5:        hex.EncodeToString(md[:]),
		Size:       int64(len(data)),
	}
}

func randomBytes(seed uint64, n int) []byte {
	data := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	r.Read(data)
	return data
}

// The vectors: FIPS 180-4 (SHA-256 "abc"), RFC 1321 A.5 (MD5 "abc"), and
// BLAKE2b-256 "abc" as b2sum -l 256 prints it.
func TestHasherVectors(t *testing.T) {
	h := blob.NewHasher()
	fmt.Fprint(h, "a")
	fmt.Fprint(h, "bc")
	want := blob.Digests{
		SHA256:     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		BLAKE2b256: "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
		MD5:        "900150983cd24fb0d6963f7d28e17f72",
		Size:       3,
	}
	got := h.Sum()
	if got != want {
		t.Errorf("digests of abc:\n got %+v\nwant %+v", got, want)
	}
	if got.Key() != blob.KeyOf([]byte("abc")) {
		t.Errorf("Key() = %s, want the SHA-256", got.Key())
	}
}

// Sizes around the border of the inline part and of a block, in writes that
// do not divide them.
func TestHasherEqualsPlain(t *testing.T) {
	const k = 1 << 10
	for _, size := range []int{0, 1, 256*k - 1, 256 * k, 256*k + 1, 512 * k, 512*k + 1, 3*1024*k + 7} {
		for _, step := range []int{1000, 32 * k, 300 * k, 4096 * k} {
			data := randomBytes(uint64(size), size)
			h := blob.NewHasher()
			for part := data; len(part) > 0; {
				n := min(step, len(part))
				h.Write(part[:n])
				part = part[n:]
			}
			if got, want := h.Sum(), plainDigests(data); got != want {
				t.Errorf("size %d in steps of %d:\n got %+v\nwant %+v", size, step, got, want)
			}
		}
	}
}

// The writer may reuse its buffer at once: the lanes must have their own copy.
func TestHasherCopies(t *testing.T) {
	data := randomBytes(1, 2<<20)
	h, buf := blob.NewHasher(), make([]byte, 10_000)
	for r := bytes.NewReader(data); r.Len() > 0; {
		n, _ := r.Read(buf)
		h.Write(buf[:n])
		clear(buf)
	}
	if got, want := h.Sum(), plainDigests(data); got != want {
		t.Errorf("digests differ when the buffer is reused: %+v", got)
	}
}

func TestHasherEnds(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 10 {
		h := blob.NewHasher()
		h.Write(make([]byte, 1<<20))
		h.Close() // an upload that was refused half way
		h.Close()
		if _, err := h.Write([]byte("x")); err == nil {
			t.Error("Write after Close succeeded")
		}
	}
	h := blob.NewHasher()
	h.Write(make([]byte, 1<<20))
	if first, second := h.Sum(), h.Sum(); first != second {
		t.Errorf("Sum twice: %+v, then %+v", first, second)
	}
	for wait := 0; runtime.NumGoroutine() > before; wait++ {
		if wait == 100 {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// AV-1: 4 MiB for an upload whatever its size; the hasher's share is 1 MiB.
func TestHasherMemory(t *testing.T) {
	var before, after runtime.MemStats
	chunk := make([]byte, 32<<10)
	runtime.ReadMemStats(&before)
	h := blob.NewHasher()
	for range 32 << 20 / len(chunk) {
		h.Write(chunk)
	}
	h.Sum()
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 5<<20/4 {
		t.Errorf("hashing 32 MiB allocates %d bytes, want at most 1.25 MiB", got)
	}
}
