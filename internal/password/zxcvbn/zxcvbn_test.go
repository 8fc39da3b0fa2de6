package zxcvbn

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// vector is what zxcvbn 4.4.2 says of a password.
type vector struct {
	password string
	inputs   []string
	score    int
	guesses  float64
}

// UnmarshalJSON reads [password, inputs, score, guesses].
func (v *vector) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&v.password, &v.inputs, &v.score, &v.guesses})
}

// TestSameAsTheLibrary holds 6,000 passwords of all sorts against the library (testdata/README.md): the same score, and
// the same guesses but for rounding.
func TestSameAsTheLibrary(t *testing.T) {
	f, err := os.Open("testdata/vectors.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Year    int
		Vectors []vector
	}
	if err := json.NewDecoder(z).Decode(&golden); err != nil || len(golden.Vectors) < 6000 {
		t.Fatalf("%d vectors, %v", len(golden.Vectors), err)
	}
	scores := map[int]int{}
	for _, v := range golden.Vectors {
		got := Guesses(v.password, v.inputs, golden.Year)
		if math.Abs(got-v.guesses) > 1e-9*v.guesses {
			t.Errorf("%q %q: %g guesses, want %g", v.password, v.inputs, got, v.guesses)
		}
		if score := Score(v.password, v.inputs, golden.Year); score != v.score {
			t.Errorf("%q %q: score %d, want %d", v.password, v.inputs, score, v.score)
		}
		scores[v.score]++
	}
	for score := range 5 {
		if scores[score] < 200 {
			t.Errorf("only %d vectors with score %d", scores[score], score)
		}
	}
}

// TestLibraryFaultIsNotCopied: names of the properties every JavaScript object has are no strong passwords.
func TestLibraryFaultIsNotCopied(t *testing.T) {
	for _, password := range []string{"constructor", "__proto__"} {
		if got := Guesses(password, nil, 2026); math.IsNaN(got) || got > 1e12 {
			t.Errorf("%q: %g guesses", password, got)
		}
	}
}

// TestHardestInput bounds the time for the longest password that is asked about, of characters with most meanings, and
// the memory of the tables (10 MiB).
func TestHardestInput(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	table := loadWords()
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); len(table.ranks) != 93_855 || grown > 10<<20 {
		t.Errorf("%d words take %d bytes", len(table.ranks), grown)
	} else {
		t.Logf("%d words take %d bytes", len(table.ranks), grown)
	}
	for _, part := range []string{"4@8({[<3691!|1|70$5+7%2", "a", "ab1!", "aA", "1/1/91 "} {
		password := strings.Repeat(part, 72)[:72]
		took := time.Hour
		for try := 1; took > 2*time.Second && try <= 3; try++ { // a busy machine takes longer, never shorter
			began := time.Now()
			Guesses(password, []string{"alice", "alice@example.com"}, 2026)
			took = min(took, time.Since(began))
		}
		t.Logf("%.10s…: %s", password, took)
		if took > 2*time.Second {
			t.Errorf("%q takes %s", password, took)
		}
	}
}

func FuzzGuesses(f *testing.F) {
	for _, s := range []string{"", "a", "p4ssword", "1/1/91", "\xff", "😀😀", "aaaa\naaaa", "İΣ"} {
		f.Add(s, "alice")
	}
	f.Fuzz(func(t *testing.T, password, input string) {
		if len(password) > 40 || len(input) > 40 {
			return
		}
		if g := Guesses(password, []string{input}, 2026); !(g >= 1) {
			t.Errorf("%q: %g guesses", password, g)
		}
	})
}
