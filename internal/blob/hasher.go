package blob

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/blake2b"
)

const (
	// inlineLimit is the size up to which an upload is hashed by the writer
	// itself: starting goroutines costs more than they save.
	inlineLimit = 256 << 10

	// blockSize × blocks is the memory of one Hasher (1 MiB; AV-1 allows 4).
	blockSize = 256 << 10
	blocks    = 4

	digests = 3 // those of Digests, and so a large upload's lanes
)

// errHashed is the answer to a Write after Sum or Close.
var errHashed = errors.New("blob: write to a finished hasher")

// Digests are the three digests that the upload API speaks of (wire-spec §6),
// in lower-case hexadecimal. MD5 is for old clients; nothing may trust it.
type Digests struct {
	SHA256     string
	BLAKE2b256 string
	MD5        string
	Size       int64 // bytes hashed
}

// Key returns the address of the bytes.
func (d Digests) Key() Key { return Key(d.SHA256) }

// Hasher computes all digests of an upload in one pass (AV-1). Beyond 256 KiB
// each digest runs in a goroutine of its own behind the writer, so hashing
// overlaps with receiving and with writing to disk; memory stays at 1 MiB.
//
// It belongs to one goroutine. Either Sum or Close must be called, else the
// goroutines stay.
type Hasher struct {
	sums  [digests]hash.Hash // SHA-256, BLAKE2b-256, MD5
	size  int64
	lanes *lanes // nil as long as the upload is small
	done  bool
}

// NewHasher returns a Hasher of no bytes.
func NewHasher() *Hasher {
	blake, err := blake2b.New256(nil)
	if err != nil { // only a key can be wrong, and there is none
		panic(err)
	}
	return &Hasher{sums: [digests]hash.Hash{sha256.New(), blake, md5.New()}}
}

// Write adds p to all digests. It keeps a copy where it needs one; it fails only
// after Sum or Close.
func (h *Hasher) Write(p []byte) (int, error) {
	if h.done {
		return 0, errHashed
	}
	h.size += int64(len(p))
	if h.lanes == nil && h.size <= inlineLimit {
		for _, sum := range h.sums {
			sum.Write(p)
		}
		return len(p), nil
	}
	if h.lanes == nil {
		h.lanes = startLanes(h.sums[:])
	}
	h.lanes.write(p)
	return len(p), nil
}

// Sum waits for the digests and returns them. Nothing can be written after it.
func (h *Hasher) Sum() Digests {
	h.Close()
	return Digests{
		SHA256:     hex.EncodeToString(h.sums[0].Sum(nil)),
		BLAKE2b256: hex.EncodeToString(h.sums[1].Sum(nil)),
		MD5:        hex.EncodeToString(h.sums[2].Sum(nil)),
		Size:       h.size,
	}
}

// Close ends the goroutines. It may be called more than once.
func (h *Hasher) Close() {
	if !h.done && h.lanes != nil {
		h.lanes.finish()
	}
	h.done = true
}

// lanes hands blocks of bytes to one goroutine a digest.
type lanes struct {
	in   []chan *block // one a digest
	free chan *block   // every block that nobody reads
	made int           // blocks that exist, at most the constant blocks
	fill *block        // the block being filled, or nil
	wait sync.WaitGroup
}

// block is shared by all lanes; the last one to read it frees it.
type block struct {
	data    []byte
	readers atomic.Int32
}

func startLanes(sums []hash.Hash) *lanes {
	l := &lanes{free: make(chan *block, blocks)}
	hashing.uploads.Add(1)
	for _, sum := range sums {
		in := make(chan *block, blocks) // room for every block: sending never waits
		l.in = append(l.in, in)
		l.wait.Go(func() { l.run(sum, in) })
	}
	return l
}

// turnstile lets one block less at a time be hashed than the machine has
// processors, while there are several large uploads. One upload alone hashes with
// all of its lanes.
type turnstile struct {
	uploads atomic.Int32
	turns   chan struct{}
}

var hashing = &turnstile{turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1))}

// Aside is how many of Go's processors (GOMAXPROCS) hashing holds at most while
// the kernel lets its threads run last. A server has so many more of them than the
// machine, for Go looks for network events only where one runs out of work.
func Aside() int { return max(digests, cap(hashing.turns)) }

// pass runs hash when it is its turn.
func (t *turnstile) pass(hash func()) {
	if t.uploads.Load() <= 1 {
		hash()
		return
	}
	t.turns <- struct{}{}
	hash()
	<-t.turns
}

// How long a block may wait for a processor, and how many of the following ones
// are then hashed by an ordinary thread: on a machine that has no moment to
// spare an upload goes on slowly instead of standing still.
const (
	patience = 50 * time.Millisecond
	hurried  = 32
)

func (l *lanes) run(sum hash.Hash, in <-chan *block) {
	side := newAside()
	defer side.close()
	hurry := 0
	for b := range in {
		hashing.pass(func() {
			if hurry > 0 {
				hurry--
				add(sum, b.data)
				return
			}
			begun := time.Now()
			side.do(func() { add(sum, b.data) })
			if time.Since(begun) > patience {
				hurry = hurried
			}
		})
		if b.readers.Add(-1) == 0 {
			l.free <- b
		}
	}
}

// add hashes in pieces. Go cannot interrupt the assembly of a digest, so whoever
// stops the world, and all readers with it, would wait for the whole block: 0.8
// ms of SHA-256 on a processor without instructions for it.
func add(sum hash.Hash, data []byte) {
	const piece = 16 << 10
	for chunk := range slices.Chunk(data, piece) {
		sum.Write(chunk)
	}
}

func (l *lanes) write(p []byte) {
	for len(p) > 0 {
		if l.fill == nil {
			l.fill = l.empty()
		}
		n := min(len(p), blockSize-len(l.fill.data))
		l.fill.data = append(l.fill.data, p[:n]...)
		p = p[n:]
		if len(l.fill.data) == blockSize {
			l.flush()
		}
	}
}

// empty returns a block to fill. It waits when the digests are behind by all
// blocks, which is what bounds the memory.
func (l *lanes) empty() *block {
	select {
	case b := <-l.free:
		b.data = b.data[:0]
		return b
	default:
	}
	if l.made < blocks {
		l.made++
		return &block{data: make([]byte, 0, blockSize)}
	}
	b := <-l.free
	b.data = b.data[:0]
	return b
}

func (l *lanes) flush() {
	l.fill.readers.Store(int32(len(l.in)))
	for _, in := range l.in {
		in <- l.fill
	}
	l.fill = nil
}

func (l *lanes) finish() {
	if l.fill != nil {
		l.flush()
	}
	for _, in := range l.in {
		close(in)
	}
	l.wait.Wait()
	hashing.uploads.Add(-1)
}
