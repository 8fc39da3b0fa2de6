package dist

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"testing"
)

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// bomb is a tar.gz whose only file expands to size bytes.
func bomb(t *testing.T, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	packed, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(packed)
	if err := w.WriteHeader(&tar.Header{Name: "foo-1.0/zeros", Size: size, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTarBombStopsEarly: of a file that expands a thousandfold, no more than
// the limits allow is expanded (AV-4).
func TestTarBombStopsEarly(t *testing.T) {
	archive := bomb(t, 256<<20)
	if _, err := read(t, fooTarGz, archive); kinds(err) != "ratio-exceeded" {
		t.Fatalf("got %v", err)
	}
	inflated, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{source: inflated, archive: int64(len(archive)), lim: DefaultLimits()}
	if _, err := io.Copy(io.Discard, m); kinds(err) != "ratio-exceeded" {
		t.Fatalf("got %v", err)
	}
	if most := max(64<<20, 51*int64(len(archive))) + 1<<20; m.read > most {
		t.Errorf("expanded %d bytes, more than %d", m.read, most)
	}
}

// TestExpansion are the limits on size and ratio at their edges: both must be
// passed for the ratio, one for the size.
func TestExpansion(t *testing.T) {
	lim := DefaultLimits()
	const mib = 1 << 20
	for _, c := range []struct {
		expanded, archive int64
		kinds             string
	}{
		{0, 0, ""},
		{64 * mib, 1, ""},
		{64*mib + 50, 1, "ratio-exceeded"},
		{100 * mib, 2 * mib, ""},
		{100*mib + 50, 2 * mib, "ratio-exceeded"},
		{2048 * mib, 100 * mib, ""},
		{2048*mib + 1, 100 * mib, "too-large"},
	} {
		if err := lim.expansion(c.expanded, c.archive); kinds(err) != c.kinds {
			t.Errorf("%d from %d: got %v, want %q", c.expanded, c.archive, err, c.kinds)
		}
	}
}

// small are limits a test archive can pass.
func small() Limits {
	return Limits{
		Members: 10, Expanded: 20_000, Ratio: 50, RatioFloor: 8000,
		Metadata: 100, EntryPoints: 100, Wheel: 100, Record: 100,
	}
}

func TestLimits(t *testing.T) {
	var many []entry
	for i := range 11 {
		many = append(many, entry{fmt.Sprintf("foo-1.0/%d", i), ""})
	}
	text := func(n int) []entry {
		content := make([]byte, n)
		for i := range content {
			content[i] = byte(i * i * 2654435761 >> 7)
		}
		return []entry{{"foo-1.0/x", string(content)}}
	}
	for _, c := range []struct {
		what    string
		entries []entry
		kinds   string
	}{
		{"11 members", many, "too-many-members"},
		{"30 kB", text(30_000), "too-large"},
	} {
		if _, err := readWithin(t, fooTarGz, tarGzOf(t, c.entries...), small()); kinds(err) != c.kinds {
			t.Errorf("%s in a tar.gz: got %v", c.what, err)
		}
		for _, name := range []string{"foo-1.0.zip", fooWhl} {
			if _, err := readWithin(t, name, zipOf(t, c.entries...), small()); kinds(err) != c.kinds {
				t.Errorf("%s in %s: got %v", c.what, name, err)
			}
		}
	}
	lim := small()
	lim.Expanded = 1 << 30
	folder := []entry{{"foo-1.0/zeros", string(make([]byte, 100_000))}}
	for _, name := range []string{"foo-1.0.zip", fooWhl} {
		if _, err := readWithin(t, name, zipOf(t, folder...), lim); kinds(err) != "ratio-exceeded" {
			t.Errorf("zeros in %s: got %v", name, err)
		}
	}
}

// FuzzReadZip: no panic, nothing beyond the limits, and what is accepted is
// what archive/zip sees (AV-22, P24).
func FuzzReadZip(f *testing.F) {
	f.Add(zipOf(f, fooWheel()...))
	for _, c := range zipCorpus() {
		if archive, _ := c.build(); len(archive) < 1200 {
			f.Add(archive)
		}
	}
	f.Fuzz(func(t *testing.T, archive []byte) {
		for _, name := range []string{fooWhl, "foo-1.0.zip"} {
			fuzzRead(t, name, archive)
			c, err := read(t, name, archive)
			if err != nil {
				continue
			}
			if seen, err := goZip(archive); err != nil || !maps.Equal(seen, ours(c)) {
				t.Fatalf("archive/zip sees%s (error: %v); we see%s", seen.beyond(ours(c)), err, ours(c).beyond(seen))
			}
		}
	})
}

// FuzzReadSdist: no panic, no content beyond the limits.
func FuzzReadSdist(f *testing.F) {
	f.Add(tarGzOf(f, fooSdist()...))
	f.Add(tarOf(f, fooSdist()...)) // without the checksum that hides the tar from the fuzzer
	f.Fuzz(func(t *testing.T, archive []byte) {
		fuzzRead(t, fooTarGz, archive)
		fuzzRead(t, fooTarGz, gzipOf(t, archive))
	})
}

func fuzzRead(t *testing.T, name string, archive []byte) {
	lim := small()
	c, err := readWithin(t, name, archive, lim)
	if err != nil && len(ArchiveErrors(err)) == 0 {
		t.Fatalf("an error of another type: %v", err)
	}
	if err == nil && (c.Metadata == nil || c.Top() == "") {
		t.Fatalf("no error and no metadata: %+v", c)
	}
	if len(c.Members) > lim.Members || int64(len(c.Metadata)) > lim.Metadata || int64(len(c.Record)) > lim.Record {
		t.Fatalf("limits passed: %+v", c)
	}
}
