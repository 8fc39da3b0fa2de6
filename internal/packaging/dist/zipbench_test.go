package dist

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"
)

// benchWheel is a wheel of so many bytes expanded, in files of which every
// other is text and every other like machine code, which deflate makes little
// of.
func benchWheel(size int) []byte {
	s := corpusSpec(false)
	const file = 200_000
	noise := incompressible(1 << 20)
	for i := 0; size > 0; i++ {
		n := min(size, file)
		var b strings.Builder
		for line := 0; b.Len() < n; line++ {
			if i%2 == 0 {
				fmt.Fprintf(&b, "def function_%d_%d(self, value):\n    return self.table[value + %d]\n", i, line, line*i%977)
			} else {
				at := (i*104_729 + line*32) % (1<<20 - 32)
				b.WriteString(noise[at:at+32] + "\x48\x8b\x05\x00\x00\x00\x00\xe8\x48\x89\xc7\x00\x00\x00\x00\x00")
			}
		}
		s.parts = append(s.parts, part(fmt.Sprintf("foo/module_%d.py", i), b.String()[:n], zipDeflated))
		size -= n
	}
	return s.build()
}

// readStandard is what the bar is measured against: archive/zip to expand, and
// SHA-256 of every member.
func readStandard(archive []byte) error {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	for _, f := range z.File {
		opened, err := f.Open()
		if err != nil {
			return err
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, opened); err != nil {
			return err
		}
		sum.Sum(nil)
	}
	return nil
}

// BenchmarkZip compares the strict reader with the standard library on a
// large and a small wheel. MB/s are of the archive expanded; the bar is 0.7 of
// the standard library's, and 1 ms for the small wheel.
func BenchmarkZip(b *testing.B) {
	for name, size := range map[string]int{"100MB": 100_000_000, "20kB": 60_000} {
		archive := benchWheel(size)
		b.Run(name+"/strict", func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := read(b, fooWhl, archive); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/standard", func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := readStandard(archive); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
