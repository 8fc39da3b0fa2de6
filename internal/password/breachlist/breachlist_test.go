package breachlist

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// hashesOf are those of passwords "0" to n-1, in order.
func hashesOf(n int) []Hash {
	out := make([]Hash, n)
	for i := range out {
		out[i] = sha1.Sum(fmt.Append(nil, i))
	}
	slices.SortFunc(out, func(a, b Hash) int { return bytes.Compare(a[:], b[:]) })
	return out
}

func sequence(hashes []Hash) iter.Seq2[Hash, error] {
	return func(yield func(Hash, error) bool) {
		for _, h := range hashes {
			if !yield(h, nil) {
				return
			}
		}
	}
}

func build(t *testing.T, hashes []Hash, kind Kind) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list")
	built, err := Build(t.Context(), sequence(hashes), path, kind)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() != built.Bytes || built.Entries != uint64(len(hashes)) {
		t.Errorf("built %+v of %d hashes, the file has %d bytes (%v)", built, len(hashes), info.Size(), err)
	}
	return path
}

func open(t *testing.T, path string) *List {
	t.Helper()
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// wrong counts how many hashes that are not in the list it calls breached.
func wrong(t *testing.T, l *List, tries int) (n int) {
	t.Helper()
	for i := range tries {
		found, err := l.Has(sha1.Sum(fmt.Appendf(nil, "other %d", i)))
		if err != nil {
			t.Fatal(err)
		}
		if found {
			n++
		}
	}
	return n
}

func TestEveryHashIsFound(t *testing.T) {
	for _, kind := range []Kind{Sorted, Filter} {
		for _, n := range []int{1, 2, 3, 5, 10, 100, sortedBlock, sortedBlock + 1, 300_000} {
			hashes := hashesOf(n)
			l := open(t, build(t, hashes, kind))
			if l.Entries() != uint64(n) || l.Kind() != kind {
				t.Errorf("%d entries of kind %d, want %d of %d", l.Entries(), l.Kind(), n, kind)
			}
			for i := 0; i < n; i += 1 + n/500 {
				if found, err := l.Has(hashes[i]); err != nil || !found {
					t.Fatalf("kind %d, %d hashes: number %d is not found (%v)", kind, n, i, err)
				}
			}
			most := 0
			if kind == Filter {
				most = 8 // one is expected
			}
			if got := wrong(t, l, 500); got > most {
				t.Errorf("kind %d, %d hashes: %d of 500 others are found, want at most %d", kind, n, got, most)
			}
		}
	}
}

// TestFilterIsRightOftenEnough: 1 in 512 is wrong, 1.3 bytes an entry.
func TestFilterIsRightOftenEnough(t *testing.T) {
	const n = 2 * filterBlock
	path := build(t, spread(n), Filter)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	bytesEach, missed := float64(info.Size())/n, wrong(t, open(t, path), 5000)
	t.Logf("%.3f bytes an entry, %d of 5,000 wrong", bytesEach, missed)
	if bytesEach > 1.3 || missed > 25 || missed < 2 {
		t.Errorf("want at most 1.3 bytes an entry, and about 10 wrong")
	}
}

// spread makes hashes in order, at random distances.
func spread(n int) []Hash {
	random, out, step := rand.NewChaCha8([32]byte{1}), make([]Hash, n), ^uint64(0)/uint64(n)
	for i := range out {
		_, _ = random.Read(out[i][:])
		setKey(&out[i], uint64(i)*step+out[i].key()%step)
	}
	return out
}

func setKey(h *Hash, key uint64) {
	for i := range 8 {
		h[i] = byte(key >> (56 - 8*i))
	}
}

func TestRange(t *testing.T) {
	hashes := hashesOf(50_000)
	l := open(t, build(t, hashes, Sorted))
	var all []Hash
	for prefix := range uint32(1 << 20) {
		if prefix%257 != 0 && prefix > 3000 && prefix < 1<<20-3000 {
			continue
		}
		found, err := l.Range(prefix)
		if err != nil {
			t.Fatal(err)
		}
		var want []Hash
		from, _ := slices.BinarySearchFunc(hashes, uint64(prefix)<<44, func(h Hash, key uint64) int { return int(min(h.key(), key)>>1) - int(key>>1) })
		for ; from < len(hashes) && hashes[from].key()>>44 == uint64(prefix); from++ {
			want = append(want, hashes[from])
		}
		if !slices.Equal(found, want) {
			t.Fatalf("range %05X: %d hashes, want %d", prefix, len(found), len(want))
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		t.Error("no range had a hash")
	}
	filter := open(t, build(t, hashes[:10], Filter))
	if _, err := filter.Range(0); !errors.Is(err, ErrNoRange) {
		t.Errorf("a filter's range: %v", err)
	}
}

// TestDamageIsNoticed changes single bytes all over a file: it is refused when it is opened, or when the block is read,
// and never gives another answer.
func TestDamageIsNoticed(t *testing.T) {
	for _, kind := range []Kind{Sorted, Filter} {
		hashes := hashesOf(3000)
		whole, err := os.ReadFile(build(t, hashes, kind))
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(whole); at += 1 + at/40 {
			b := bytes.Clone(whole)
			b[at] ^= 0x10
			l, err := newList(bytes.NewReader(b), int64(len(b)))
			if err == nil {
				_, err = l.Has(hashes[7])
			}
			if err == nil {
				t.Errorf("kind %d: byte %d of %d was changed, and nobody noticed", kind, at, len(b))
			}
		}
		for _, size := range []int{0, 1, headerSize - 1, headerSize, headerSize + 1, len(whole) / 2, len(whole) - 1} {
			if _, err := newList(bytes.NewReader(whole[:size]), int64(size)); err == nil {
				t.Errorf("kind %d: %d of %d bytes were taken for the whole", kind, size, len(whole))
			}
		}
		if _, err := newList(bytes.NewReader(append(whole, 0)), int64(len(whole)+1)); err == nil {
			t.Errorf("kind %d: a byte too many was not noticed", kind)
		}
	}
}

func TestErrorsSaySo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("000000005AD76BD555C1D6D771DE417A4B87E4B4:10\r\n", 10)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "breach-list build") {
		t.Errorf("a text list is refused with %v", err)
	}
	if _, err := Open(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestTextInput(t *testing.T) {
	const a, b = "000000005AD76BD555C1D6D771DE417A4B87E4B4", "00000000A8DAE4228F821FB418F59826079BF368"
	for _, c := range []struct {
		text, wrong string
		hashes      int
	}{
		{a + ":10\r\n" + b + ":4\r\n", "", 2},
		{"\ufeff" + strings.ToLower(a) + "\n\n" + a + ":3\n" + b, "", 2},
		{a + ":10\n" + b + ":0\n", "", 1},
		{b + ":1\n" + a + ":1\n", "ordered by hash", 0},
		{"", "no hashes", 0},
		{a + ":1\n" + a[:39] + ":1\n", "line 2 is not HASH:COUNT with 40", 0},
		{a + ":\n", "line 1", 0},
		{a + ":x\n", "line 1", 0},
		{"Z" + a[1:] + ":1\n", "line 1", 0},
		{strings.Repeat("A", 1<<17), "too long", 0},
		{"32ED87BDB5FDC5E9CBA88547376818D4:24230577\n", "line 1", 0}, // the NTLM list
	} {
		path := filepath.Join(t.TempDir(), "list")
		built, err := Build(t.Context(), FromText(strings.NewReader(c.text)), path, Sorted)
		if c.wrong == "" && (err != nil || built.Entries != uint64(c.hashes)) {
			t.Errorf("%.60q: %+v, %v; want %d hashes", c.text, built, err, c.hashes)
		}
		if c.wrong == "" {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%.60q: %v, want %q", c.text, err, c.wrong)
		}
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 0 {
			t.Errorf("%.60q: %v was left behind", c.text, left)
		}
	}
}

func TestFolderInput(t *testing.T) {
	files := 0
	done := func() { files++ }
	folder := fstest.MapFS{
		"00000.txt": {Data: []byte("0005AD76BD555C1D6D771DE417A4B87E4B4:10\r\n000A8DAE4228F821FB418F59826079BF368:4\r\n")},
		"FFFFF":     {Data: []byte("FFF983A91443AE72BD98E59ADAB93B31974:2\n")},
	}
	path := filepath.Join(t.TempDir(), "list")
	built, err := Build(t.Context(), FromFolder(folder, done), path, Sorted)
	if err != nil || built.Entries != 3 || files != 2 {
		t.Fatalf("%+v of %d files, %v", built, files, err)
	}
	if found, err := open(t, path).Range(0xfffff); err != nil || len(found) != 1 || found[0][19] != 0x74 {
		t.Errorf("%X, %v", found, err)
	}
	folder["README.md"] = &fstest.MapFile{Data: []byte("x")}
	if _, err := Build(t.Context(), FromFolder(folder, done), path, Sorted); err == nil || !strings.Contains(err.Error(), "README.md") {
		t.Errorf("another file in the folder: %v", err)
	}
	folder = fstest.MapFS{"0000A": {Data: []byte("0005\n")}}
	if _, err := Build(t.Context(), FromFolder(folder, done), path, Sorted); err == nil || !strings.Contains(err.Error(), "0000A: line 1") {
		t.Errorf("a bad line: %v", err)
	}
}

// TestBuildReplacesWholeFiles: a build that fails or is stopped leaves the old list.
func TestBuildReplacesWholeFiles(t *testing.T) {
	hashes := hashesOf(100_000)
	path := build(t, hashes[:10], Sorted)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Build(ctx, sequence(hashes), path, Sorted); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	broken := func(yield func(Hash, error) bool) { _ = yield(hashes[0], nil) && yield(Hash{}, io.ErrUnexpectedEOF) }
	if _, err := Build(t.Context(), broken, path, Sorted); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("broken: %v", err)
	}
	if l := open(t, path); l.Entries() != 10 {
		t.Errorf("the old list has %d entries", l.Entries())
	}
}

// FuzzList opens any bytes as a file, and reads their blocks without looking at checksums: nothing panics.
func FuzzList(f *testing.F) {
	for _, kind := range []Kind{Sorted, Filter} {
		path := filepath.Join(f.TempDir(), "list")
		if _, err := Build(context.Background(), sequence(hashesOf(50)), path, kind); err != nil {
			f.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h := Hash(sha1.Sum(b))
		if l, err := newList(bytes.NewReader(b), int64(len(b))); err == nil {
			_, _ = l.Has(h)
			_, _ = l.Range(uint32(h.key() >> 44))
		}
		_, _ = hasSorted(b, h)
		_, _ = hasFilter(b, uint32(len(b)), h.key())
		for range FromText(bytes.NewReader(b)) {
			break
		}
	})
}
