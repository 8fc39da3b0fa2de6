//go:build slow && unix

package dist

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// What a bomb may cost (P27): CPU time, and all memory ever allocated for it,
// which is more than what is held at once.
const (
	bombCPU    = 2 * time.Second
	bombMemory = 256 << 20
)

// usualHashing is what a processor hashes at least, in bytes a second, also one
// without instructions for SHA-256.
const usualHashing = 320e6

// bombTime is bombCPU, or more on a machine that other work keeps busy, which
// shows in how fast it hashes.
func bombTime(t *testing.T) time.Duration {
	t.Helper()
	data := make([]byte, 64<<20)
	start := cpuTime(t)
	sha256.Sum256(data)
	speed := float64(len(data)) / (cpuTime(t) - start).Seconds()
	most := time.Duration(float64(bombCPU) * max(1, usualHashing/speed))
	t.Logf("SHA-256: %.0f MB/s; a bomb may cost %v", speed/1e6, most)
	return most
}

// TestTarBombs: what is small and expands without end is left at a limit.
func TestTarBombs(t *testing.T) {
	most := bombTime(t)
	for _, c := range []struct {
		name, kinds string
		archive     []byte
	}{
		{"10 GiB of zeros", "trailing-data", pieces(nil, zeroPiece(1<<30), 10)},
		{"a file of 10 GiB of zeros", "ratio-exceeded", pieces(slices.Concat(tarTop(), fileHead("foo-1.0/zeros", "\x80\x00\x00\x00\x00\x00\x00\x02\x80\x00\x00\x00")), zeroPiece(1<<30), 10)},
		{"10,240 files of 1 MiB of zeros", "ratio-exceeded", manyFiles(10_240, 1<<20)},
		{"1,000,000 empty files", "too-many-members", manyFiles(1_000_000, 0)},
		{"200,000 folders 60 deep", "too-many-members", gzipPart{level: 1}.of(slices.Concat(tarTop(), deepHeads(200_000)))},
		{"99,000 folders 60 deep and a bad link", "link-target", gzipPart{level: 1}.of(slices.Concat(tarTop(), deepHeads(99_000), tarLinkOf("foo-1.0/out", ".."), tarEnd()))},
		{"a pax header of 2 GiB", "tar-extension", pieces(slices.Concat(tarTop(), tarSized(tarPaxed("comment=x"), 2<<30)[:tarBlock]), zeroPiece(1<<30), 2)},
		{"a long name of 2 GiB", "tar-extension", pieces(slices.Concat(tarTop(), tarSized(tarLong('L', "x"), 2<<30)[:tarBlock]), zeroPiece(1<<30), 2)},
		{"pax headers upon pax headers", "tar-extension", gzipped(slices.Concat(tarTop(), bytes.Repeat(tarPaxed("comment=x"), 100_000)))},
		{"pax headers of 64 KiB", "tar-extension", gzipped(tarSdistOf(manyPaxed(1000, 65_000)))},
		{"200,000 records in pax headers", "tar-extension", gzipped(tarSdistOf(manyRecords(50)))},
		{"a sparse file of 1 TiB", "member-type", gzipped(tarSdistOf(tarPatched(sparse(0, "X"), 483, "\x80\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00")))},
		{"a sparse file of 1 TiB by pax", "tar-extension", gzipped(tarSdistOf(tarPaxed("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=1099511627776"), hello()))},
		{"100,000 gzip members", "gzip-header", slices.Concat(bytes.Repeat(gzipped(nil), 100_000), gzipped(tarSdistOf()))},
		{"90,000 links", "too-many-members", gzipped(tarSdistOf(manyLinks(90_000)))},
		{"9,999 links with targets of 49 parts", "link-target", gzipped(tarSdistOf(manyLinks(9_999), tarLinkOf("foo-1.0/out", "..")))},
	} {
		cpu, memory, err := cost(t, c.archive)
		t.Logf("%s: %d bytes, %v CPU, %d MiB allocated: %.90v", c.name, len(c.archive), cpu, memory>>20, err)
		if got := kinds(err); !strings.HasPrefix(got+" ", c.kinds+" ") {
			t.Errorf("%s: got %.100q (%.200v), want %q", c.name, got, err, c.kinds)
		}
		if cpu > most || memory > bombMemory {
			t.Errorf("%s: %v CPU and %d MiB allocated, more than %v and %d MiB", c.name, cpu, memory>>20, most, bombMemory>>20)
		}
	}
}

// cost reads an archive and measures that.
func cost(t *testing.T, archive []byte) (cpu time.Duration, memory uint64, err error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := cpuTime(t)
	_, err = tarRead(t, archive, Default())
	cpu = cpuTime(t) - start
	runtime.ReadMemStats(&after)
	return cpu, after.TotalAlloc - before.TotalAlloc, err
}

// zeroPiece is deflate data for zeros that can stand anywhere and be repeated:
// its blocks end at a byte, none is the last, and they refer to nothing before.
// Zeros compressed once stand for many.
func zeroPiece(size int64) []byte {
	const unit = 16 << 20
	piece := flushed(func(w io.Writer) error {
		_, err := io.CopyN(w, zeros{}, min(size, unit))
		return err
	})
	return bytes.Repeat(piece, int(max(1, size/unit)))
}

// flushed is deflate data that can stand anywhere.
func flushed(write func(io.Writer) error) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		err = write(w)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		panic(err) // writing to memory at a valid level
	}
	return b.Bytes()
}

// pieces is a gzip of a head and a piece repeated. Its trailer is wrong: no
// reader that keeps its limits comes so far.
func pieces(head, piece []byte, times int) []byte {
	data := flushed(func(w io.Writer) error {
		_, err := w.Write(head)
		return err
	})
	return gzipPart{raw: append(data, bytes.Repeat(piece, times)...)}.of(nil)
}

// fileHead is a header with a size as text.
func fileHead(name, size string) []byte {
	return tarPatched(tarGNU(tarFileOf(name, "")), 124, size)
}

// manyFiles are files of zeros.
func manyFiles(count int, size int64) []byte {
	data, content := flushed(func(w io.Writer) error { _, err := w.Write(tarTop()); return err }), []byte(nil)
	if size > 0 {
		content = zeroPiece(size)
	}
	head := tarSized(tarFileOf("foo-1.0/0000000", ""), size)
	var heads []byte
	for i := range count {
		copy(head[8:], fmt.Sprintf("%07d", i))
		heads = append(heads, tarSum(head)...)
		if size > 0 || len(heads) > 1<<20 || i == count-1 {
			data = append(data, flushed(func(w io.Writer) error { _, err := w.Write(heads); return err })...)
			data, heads = append(data, content...), heads[:0]
		}
	}
	return gzipPart{raw: data}.of(nil)
}

// deepHeads are folders in folders of their own.
func deepHeads(count int) []byte {
	head := tarPatched(tarFolderOf("x/"), 345, "foo-1.0/"+strings.Repeat("D/", 58)+"d")
	out := make([]byte, 0, count*tarBlock)
	for i := range count {
		copy(head, fmt.Sprintf("%07d/x/", i))
		out = append(out, tarSum(head)...)
	}
	return out
}

// manyRecords are pax headers of as many records as 64 KiB hold.
func manyRecords(headers int) (out []byte) {
	var body string
	for i := 0; len(body) < 65_000; i++ {
		body += tarRecords(fmt.Sprintf("SCHILY.%d=", i))
	}
	for i := range headers {
		out = append(out, tarPaxRaw(tarPax, body)...)
		out = append(out, tarFileOf(fmt.Sprintf("foo-1.0/%d", i), "")...)
	}
	return out
}

// manyLinks are links with targets of many parts.
func manyLinks(count int) (out []byte) {
	target := strings.Repeat("D/", 48) + "L"
	head := tarLinkOf("foo-1.0/l0000000", target)
	for i := range count {
		copy(head[9:], fmt.Sprintf("%07d", i))
		out = append(out, tarSum(head)...)
	}
	return out
}
