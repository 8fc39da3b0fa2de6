package diff_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"strongroom/internal/diff"
)

// write is a diff as text: a line for each, and "@" between hunks.
func write(hunks []diff.Hunk) string {
	var b strings.Builder
	for i, h := range hunks {
		if i > 0 {
			b.WriteString("@\n")
		}
		for _, l := range h {
			b.WriteString(string(l.Op) + l.Text + "\n")
		}
	}
	return b.String()
}

func TestLines(t *testing.T) {
	cases := []struct{ name, before, after, want string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"both empty", "", "", ""},
		{"new", "", "a\nb\n", "+a\n+b\n"},
		{"gone", "a\nb\n", "", "-a\n-b\n"},
		{"changed in the middle", "a\nb\nc\n", "a\nB\nc\n", " a\n-b\n+B\n c\n"},
		{"added at the end", "a\nb\nc\nd\n", "a\nb\nc\nd\ne\n", " d\n+e\n"},
		{"added at the beginning", "b\nc\nd\n", "a\nb\nc\nd\n", "+a\n b\n"},
		{"two hunks", "a\n1\n2\n3\n4\nb\n", "A\n1\n2\n3\n4\nB\n", "-a\n+A\n 1\n@\n 4\n-b\n+B\n"},
		{"hunks that touch", "a\n1\n2\nb\n", "A\n1\n2\nB\n", "-a\n+A\n 1\n 2\n-b\n+B\n"},
		{"moved", "a\nb\nc\nd\ne\n", "b\nc\nd\na\ne\n", "-a\n b\n@\n d\n+a\n e\n"},
		{"only the line end", "a\nb", "a\nb\n", " a\n-b (no line end)\n+b\n"},
		{"carriage returns count", "a\r\n", "a\n", "-a\r\n+a\n"},
		{"repeated lines", "x\nx\nx\n", "x\nx\nx\nx\n", " x\n+x\n"},
	}
	for _, c := range cases {
		if got := write(diff.Lines(c.before, c.after, 1)); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.name, got, c.want)
		}
	}
}

// TestApply: a whole diff holds both texts, whatever they are.
func TestApply(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	text := func() string {
		var b strings.Builder
		for range r.Intn(30) {
			fmt.Fprintf(&b, "%c\n", 'a'+rune(r.Intn(12)))
		}
		return b.String()
	}
	for range 5_000 {
		before, after := text(), text()
		var old, now strings.Builder
		for _, h := range diff.Lines(before, after, 1_000) {
			for _, l := range h {
				if l.Op != diff.Added {
					old.WriteString(l.Text + "\n")
				}
				if l.Op != diff.Removed {
					now.WriteString(l.Text + "\n")
				}
			}
		}
		if before != after && (old.String() != before || now.String() != after) {
			t.Fatalf("%q to %q became %q to %q", before, after, old.String(), now.String())
		}
	}
}

// TestHunksKeepTheirNumbers: each line of a hunk is the line of its number, no
// line is shown twice, and all changes are there.
func TestHunksKeepTheirNumbers(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for range 2_000 {
		var a, b []string
		for i := range 40 {
			a = append(a, fmt.Sprint("line ", i%25))
		}
		b = append(b, a...)
		for range 1 + r.Intn(6) {
			b[r.Intn(len(b))] = fmt.Sprint("new ", r.Intn(1000))
		}
		seen := map[[2]int]bool{}
		for _, h := range diff.Lines(strings.Join(a, "\n")+"\n", strings.Join(b, "\n")+"\n", 3) {
			for _, l := range h {
				at := [2]int{l.Old, l.New}
				if seen[at] || l.Old > 0 && a[l.Old-1] != l.Text || l.New > 0 && b[l.New-1] != l.Text {
					t.Fatalf("%+v", l)
				}
				seen[at] = true
			}
		}
		for i := range b {
			if a[i] != b[i] && !seen[[2]int{0, i + 1}] {
				t.Fatalf("line %d is missing", i+1)
			}
		}
	}
}

// TestHostile: texts made to be slow are not.
func TestHostile(t *testing.T) {
	var falling, rising strings.Builder
	const n = 60_000
	for i := range n {
		fmt.Fprintf(&rising, "%d\n", i)
		fmt.Fprintf(&falling, "%d\n", n-i)
	}
	texts := []string{strings.Repeat("\n", n), strings.Repeat("a\nb\n", n/2), rising.String(), falling.String(), strings.Repeat("x", n), ""}
	begun := time.Now()
	for _, a := range texts {
		for _, b := range texts {
			diff.Lines(a, b, 3)
		}
	}
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("36 comparisons took %s", took)
	}
}
