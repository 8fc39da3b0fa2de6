package dist

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"testing"
)

// FuzzGzip: no panic, and what our framing accepts, compress/gzip expands to
// the same bytes.
func FuzzGzip(f *testing.F) {
	for _, c := range tarCorpus() {
		if len(c.archive) < 10_000 {
			f.Add(c.archive)
		}
	}
	f.Fuzz(func(t *testing.T, archive []byte) {
		z, err := newGzipReader(bytes.NewReader(archive), int64(len(archive)), false)
		if err != nil {
			isArchiveError(t, err)
			return
		}
		ours, err := io.ReadAll(io.LimitReader(z, 1<<20))
		if err != nil {
			isArchiveError(t, err)
			return
		}
		theirs, err := gzip.NewReader(bytes.NewReader(archive))
		if err != nil {
			t.Fatalf("compress/gzip refuses what we accept: %v", err)
		}
		want, err := io.ReadAll(io.LimitReader(theirs, 1<<20))
		if err != nil || !bytes.Equal(ours, want) {
			t.Fatalf("compress/gzip expands to %d bytes, we to %d: %v", len(want), len(ours), err)
		}
	})
}

// FuzzTar walks a tar without its compression, which would hide it from the
// fuzzer: no panic, limits kept, and what we accept archive/tar sees too.
func FuzzTar(f *testing.F) {
	for _, c := range tarCorpus() {
		z, err := gzip.NewReader(bytes.NewReader(c.archive))
		if err != nil {
			continue
		}
		if tar, err := io.ReadAll(z); err == nil && len(tar) < 10_000 {
			f.Add(tar)
		}
	}
	f.Fuzz(func(t *testing.T, tar []byte) {
		archive := gzipPart{}.of(tar)
		opt := Options{Limits: small()}
		opt.Members, opt.Metadata = 20, 1000
		c, err := tarRead(t, archive, opt)
		if len(c.Members) > opt.Members || int64(len(c.Metadata)) > opt.Metadata || len(c.Warnings) > tarFindingsLimit {
			t.Fatalf("limits passed: %+v", c)
		}
		if err != nil {
			isArchiveError(t, err)
			return
		}
		ours, err := ourView(t, archive)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := goViewOf(archive)
		if err != nil || !slices.Equal(ours, theirs) {
			t.Fatalf("archive/tar sees %q, we see %q: %v", theirs, ours, err)
		}
	})
}

// isArchiveError fails for an error that does not say what is wrong, or says
// too much.
func isArchiveError(t *testing.T, err error) {
	t.Helper()
	problems := ArchiveErrors(err)
	if len(problems) == 0 || len(problems) > tarFindingsLimit+1 {
		t.Fatalf("%d problems: %v", len(problems), err)
	}
	for _, p := range problems {
		if p.Kind == "" || p.Detail == "" {
			t.Fatalf("a problem without kind or words: %+v", p)
		}
	}
}
