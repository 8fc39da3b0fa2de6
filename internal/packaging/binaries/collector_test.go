package binaries_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"strongroom/internal/packaging/binaries"
	"strongroom/internal/packaging/dist"
)

// collect gives files to a collector in writes of some size.
func collect(t testing.TB, budget binaries.Budget, write int, files ...file) binaries.Found {
	c := binaries.NewCollector(budget)
	for _, f := range files {
		w := c.Watch(dist.Member{Path: f.path, Size: int64(len(f.data))})
		for rest := f.data; w != nil && len(rest) > 0; {
			n, err := w.Write(rest[:min(write, len(rest))])
			if err != nil || n != min(write, len(rest)) {
				t.Fatalf("write: %d, %v", n, err)
			}
			rest = rest[n:]
		}
	}
	return c.Found()
}

// shelf is a wheel of a compiled file between others.
func shelf() []file {
	big := append(linux("GLIBC_2.17").build(), make([]byte, 3<<20)...)
	return []file{
		{"x/__init__.py", []byte("import os\n")},
		{"x/py.typed", nil},
		{"x/_x.so", big},
		{"x/seven", []byte("\x7fELF\x02\x01\x01")},
		{"x/note.txt", []byte("MZ")},
		{"x/x.pyd", peSpec{needed: []string{"a.dll"}}.build()},
		{"x/Main.class", []byte("\xca\xfe\xba\xbe\x00\x00\x00\x34 and so on")},
		{"x-1.0.dist-info/RECORD", []byte(strings.Repeat("x", 100_000))},
	}
}

func TestCollector(t *testing.T) {
	for _, write := range []int{1 << 30, 4096, 7, 1} {
		files := shelf()
		if write < 100 {
			files[2].data = files[2].data[:5000]
		}
		found := collect(t, binaries.DefaultBudget(), write, files...)
		var got []string
		for _, b := range found.Binaries {
			got = append(got, fmt.Sprintf("%s %s %t", b.Path, b.Format, b.Problem == ""))
		}
		if want := "[x/_x.so ELF true x/seven ELF false x/x.pyd PE true]"; fmt.Sprint(got) != want || found.Stopped != "" {
			t.Errorf("writes of %d bytes: %v %q, want %s", write, got, found.Stopped, want)
		}
		if e := found.Binaries[0].ELF; len(e.Versions) != 1 || e.Versions[0].Names[0] != "GLIBC_2.17" {
			t.Errorf("writes of %d bytes: %+v", write, e)
		}
	}
}

func TestCollectorKeepsToItsBudget(t *testing.T) {
	small, one := linux().build(), file{"a.so", linux("GLIBC_2.17").build()}
	budget := func(change func(*binaries.Budget)) binaries.Budget {
		b := binaries.DefaultBudget()
		change(&b)
		return b
	}
	for name, test := range map[string]struct {
		budget  binaries.Budget
		stopped string
	}{
		"files": {budget(func(b *binaries.Budget) { b.Files = 2 }), "not audited: the wheel has more than 2 compiled files"},
		"text":  {budget(func(b *binaries.Budget) { b.Text = 700 }), "not audited: the compiled files name too many libraries and symbols"},
		"time":  {budget(func(b *binaries.Budget) { b.Time = time.Nanosecond }), "not audited: reading the compiled files took longer than 1ns"},
	} {
		if found := collect(t, test.budget, 1<<20, one, file{"b.so", small}, file{"c.so", small}, file{"d.so", small}); found.Stopped != test.stopped {
			t.Errorf("%s: stopped %q, want %q", name, found.Stopped, test.stopped)
		}
	}
	exact := budget(func(b *binaries.Budget) { b.Files, b.Memory = 2, int64(len(one.data)) })
	large := file{"b.so", append(one.data[:len(one.data):len(one.data)], 0)}
	found := collect(t, exact, 100, one, large)
	if found.Stopped != "" || len(found.Binaries) != 2 || found.Binaries[0].Problem != "" {
		t.Fatalf("%+v", found)
	}
	if got, want := found.Binaries[1].Problem, fmt.Sprintf("not audited: it is larger than %d bytes", len(one.data)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCollectorThatStoppedWatchesNoMore(t *testing.T) {
	budget := binaries.DefaultBudget()
	budget.Files = 0
	c := binaries.NewCollector(budget)
	if _, err := c.Watch(dist.Member{Path: "a.so"}).Write(linux().build()); err != nil {
		t.Fatal(err)
	}
	if w := c.Watch(dist.Member{Path: "b.so"}); w != nil {
		t.Error("it still watches")
	}
	if found := c.Found(); found.Stopped == "" || len(found.Binaries) != 0 {
		t.Errorf("%+v", found)
	}
}

// TestCollectorHoldsOneFile: the memory of one file serves the next.
func TestCollectorHoldsOneFile(t *testing.T) {
	data := append(linux("GLIBC_2.17").build(), make([]byte, 8<<20)...)
	c := binaries.NewCollector(binaries.DefaultBudget())
	write := func() {
		if _, err := c.Watch(dist.Member{Path: "a.so"}).Write(data); err != nil {
			t.Fatal(err)
		}
	}
	write()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 20 {
		write()
	}
	runtime.ReadMemStats(&after)
	if taken := (after.TotalAlloc - before.TotalAlloc) / 20; taken > 100_000 {
		t.Errorf("another file of 8 MiB takes %d bytes", taken)
	}
}

// BenchmarkPure is the cost of a wheel without compiled files: 1,000 files of 10 kB.
func BenchmarkPure(b *testing.B) {
	data := bytes.Repeat([]byte("import os\n"), 1000)
	b.SetBytes(1000 * int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		c := binaries.NewCollector(binaries.DefaultBudget())
		for range 1000 {
			if _, err := c.Watch(dist.Member{Path: "x.py"}).Write(data); err != nil {
				b.Fatal(err)
			}
		}
		c.Found()
	}
}

// BenchmarkLarge is the cost of a library of 30 MB in writes of 32 kB, with 20,000 undefined symbols.
func BenchmarkLarge(b *testing.B) {
	spec := linux("GLIBC_2.17")
	for i := range 20_000 {
		spec.undefined = append(spec.undefined, fmt.Sprintf("_ZN7library8internal6symbolE%d", i))
	}
	data := spec.build()
	data = append(data, make([]byte, 30_000_000-len(data))...)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		c := binaries.NewCollector(binaries.DefaultBudget())
		if _, err := io.CopyBuffer(c.Watch(dist.Member{Path: "x.so"}), onlyReader{bytes.NewReader(data)}, make([]byte, 32<<10)); err != nil {
			b.Fatal(err)
		}
		if found := c.Found(); found.Binaries[0].Problem != "" {
			b.Fatal(found.Binaries[0].Problem)
		}
	}
}

// onlyReader hides how else a reader could copy itself.
type onlyReader struct{ io.Reader }
