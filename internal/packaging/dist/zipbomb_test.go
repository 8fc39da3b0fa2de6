package dist

import (
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// zipCPU is what the process has used, in user and system mode.
func zipCPU(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// zeroBytes is a deflate stream of so many zeros, about a thousandth as long.
func zeroBytes(t *testing.T, size int64) (packed []byte, crc uint32) {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(io.MultiWriter(w, sum), zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), sum.Sum32()
}

// bombs are archives that expand to more than they may, each in its way.
func bombs(t *testing.T) map[string][]byte {
	kernel, crc := zeroBytes(t, 256<<20)
	honest := func(h *zipHead) {
		h.method, h.packed, h.expanded, h.crc = zipDeflated, uint32(len(kernel)), 256<<20, crc
	}
	single := corpusSpec(false)
	single.parts[1].body = kernel
	single.parts[1].both(honest)

	spoofed := corpusSpec(false)
	spoofed.parts[1].body = kernel
	spoofed.parts[1].both(honest)
	spoofed.parts[1].both(func(h *zipHead) { h.expanded = 60 << 20 })

	overlap := corpusSpec(false) // as in 42.zip's successors: many entries, one kernel
	overlap.parts[1].body = kernel
	overlap.parts[1].both(honest)
	for i := range 5000 {
		again := *overlap.parts[1]
		again.noLocal, again.central.name = true, fmt.Sprintf("foo/%d", i)
		overlap.parts = append(overlap.parts, &again)
	}
	overlap.place = func(parts []*zipPart) {
		for _, p := range parts[6:] {
			p.central.offset = parts[1].central.offset
		}
	}
	small := corpusSpec(false) // the same with sizes that keep the limits together
	body := incompressible(12_000)
	small.parts[1] = part(storedFile, body, zipStored)
	small.place = overlap.place
	for i := range 5000 {
		again := *small.parts[1]
		again.noLocal, again.central.name = true, fmt.Sprintf("foo/%d", i)
		small.parts = append(small.parts, &again)
	}
	return map[string][]byte{
		"a thousandfold member": single.build(), "one that says it is small": spoofed.build(),
		"members that overlap": overlap.build(), "small members that overlap": small.build(),
		"a million members": manyMembers(1_000_000), "100,001 members": manyMembers(100_001),
		"folders without end": manyFolders(), "a directory of extra fields": wideExtras(),
	}
}

// manyMembers is an archive of so many empty members.
func manyMembers(count int) []byte {
	s := &zipSpec{wide: count >= max16}
	if s.wide {
		s.end = func(t *zipTail) { t.here, t.total = max16, max16 }
	}
	for i := range count {
		s.parts = append(s.parts, part(fmt.Sprintf("m/%d", i), "", zipStored))
	}
	return s.build()
}

// manyFolders names millions of folders in few members.
func manyFolders() []byte {
	s := corpusSpec(false)
	for i := range 60_000 {
		name := ""
		for depth := range 60 {
			name += fmt.Sprintf("%x/", i+depth)
		}
		s.parts = append(s.parts, part(name+"f", "", zipStored))
	}
	return s.build()
}

// wideExtras has as many and as long extra fields as headers can hold.
func wideExtras() []byte {
	s := corpusSpec(false)
	var extra []byte
	for id := range uint16(16_000) {
		extra = append(extra, extraField(0xA000+id, "")...)
	}
	for i := range 400 {
		p := part(fmt.Sprintf("foo/%d", i), "", zipStored)
		p.local.extra, p.central.extra = extra, extra
		s.parts = append(s.parts, p)
	}
	return s.build()
}

// TestZipBombs is P27: each is refused within 2 s of CPU and 256 MiB.
func TestZipBombs(t *testing.T) {
	for name, archive := range bombs(t) {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := zipCPU(t)
		_, err := read(t, fooWhl, archive)
		used := zipCPU(t) - begin
		runtime.ReadMemStats(&after)
		allocated := (after.TotalAlloc - before.TotalAlloc) >> 20 // more than was ever in use at once
		t.Logf("%s: %d bytes, %v, %d MiB allocated in all: %.120v", name, len(archive), used.Round(time.Millisecond), allocated, err)
		if kinds(err) == "" {
			t.Errorf("%s is accepted", name)
		}
		if used > 2*time.Second || allocated > 256 {
			t.Errorf("%s: %v of CPU and %d MiB", name, used, allocated)
		}
	}
}

// TestZipManyMembers: 100,000 members, the most there may be, are read within
// the memory of a bomb.
func TestZipManyMembers(t *testing.T) {
	archive := manyMembers(100_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := zipCPU(t)
	c, err := read(t, fooWhl, archive)
	used := zipCPU(t) - begin
	runtime.ReadMemStats(&after)
	if kinds(err) != "wrong-dist-info" || len(c.Members) != 100_000 || c.Members[99_999].SHA256 != sha256Hex("") {
		t.Fatalf("%d members, %v", len(c.Members), err)
	}
	allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
	t.Logf("%v, %d MiB allocated in all", used.Round(time.Millisecond), allocated)
	if used > 2*time.Second || allocated > 256 {
		t.Errorf("%v of CPU and %d MiB", used, allocated)
	}
}
