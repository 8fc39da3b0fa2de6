package index_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/index"
)

func TestFlagKindsAreWellFormed(t *testing.T) {
	names, ranks := map[string]bool{}, map[int]bool{}
	for _, k := range index.FlagKinds() {
		if k.Name == "" || k.PastTense == "" || k.Side == "" || len(k.On) == 0 {
			t.Errorf("%+v lacks a name, past tense, side or level", k)
		}
		if names[k.Name] || ranks[k.Rank] || k.Rank <= 0 {
			t.Errorf("%s or its rank %d stands twice", k.Name, k.Rank)
		}
		names[k.Name], ranks[k.Rank] = true, true
		if k.Marker != "" && !slices.Contains([]string{"archived", "quarantined", "deprecated"}, k.Marker) {
			t.Errorf("%s: PEP 792 has no status %q", k.Name, k.Marker)
		}
		if k.Hides != (k.FileCode != "") {
			t.Errorf("%s: what is not offered must not be served either", k.Name)
		}
		for _, code := range []index.Code{k.RefusesUpload, k.FileCode} {
			if code != "" && code.Info().Code != code {
				t.Errorf("%s: code %q is not documented", k.Name, code)
			}
		}
		if got, ok := index.KindOf(k.Name); !ok || !reflect.DeepEqual(got, k) {
			t.Errorf("KindOf(%s) = %+v, %v", k.Name, got, ok)
		}
	}
	if _, ok := index.KindOf("label"); ok {
		t.Error("an unknown kind was found")
	}
}

func TestStandingWithAndWithout(t *testing.T) {
	a := index.Flag{Kind: index.Archived, Reason: "one"}
	s := index.Standing{}.With(a).With(index.Flag{Kind: index.Yanked}).With(index.Flag{Kind: index.Archived, Reason: "two"})
	if len(s) != 2 {
		t.Fatalf("%d flags, want the second archived to replace the first", len(s))
	}
	if f, ok := s.Get(index.Archived); !ok || f.Reason != "two" {
		t.Errorf("Get = %+v, %v", f, ok)
	}
	if _, ok := s.Get(index.Deleted); ok {
		t.Error("a flag that does not stand was found")
	}
	before := slices.Clone(s)
	if got := s.Without(index.Archived); len(got) != 1 || got[0].Kind != index.Yanked {
		t.Errorf("Without = %+v", got)
	}
	if !reflect.DeepEqual(s, before) {
		t.Error("Without changed its receiver")
	}
	if got := s.Without("never-there"); !reflect.DeepEqual(got, s) {
		t.Errorf("Without of nothing = %+v", got)
	}
}

func TestStandingTextRoundTrip(t *testing.T) {
	s := index.Standing{
		{Kind: index.Yanked, Reason: `"<&>' ü`, Side: index.ByOwner, Since: since()},
		{Kind: index.Deprecated, Successors: []string{"other", "third"}, URL: "https://example.com/", Since: since(), Until: since().Add(time.Hour)},
	}
	text := s.Text()
	got, err := index.ParseStanding(text)
	if err != nil {
		t.Fatal(err)
	}
	sorted := index.Standing{s[1], s[0]}
	if !reflect.DeepEqual(got, sorted) {
		t.Errorf("got %+v, want %+v", got, sorted)
	}
	if again := got.Text(); again != text {
		t.Errorf("text is not stable: %s, then %s", text, again)
	}
	if reversed := sorted.Text(); reversed != text {
		t.Errorf("text depends on the order of flags: %s, %s", text, reversed)
	}
}

func TestStandingTextOfNothing(t *testing.T) {
	if got := (index.Standing{}).Text(); got != "" {
		t.Errorf("got %q", got)
	}
	if s, err := index.ParseStanding(""); s != nil || err != nil {
		t.Errorf("got %v, %v", s, err)
	}
	if _, err := index.ParseStanding("{broken"); err == nil {
		t.Error("a broken standing must be an error, never 'no flags'")
	}
}

func TestWithdrawn(t *testing.T) {
	for _, k := range index.FlagKinds() {
		s := index.Standing{{Kind: index.Yanked}, {Kind: k.Name}}
		if got := s.Withdrawn(); got != k.Hides {
			t.Errorf("%s: withdrawn %v, want %v", k.Name, got, k.Hides)
		}
	}
	if (index.Standing{{Kind: "from-the-future"}}).Withdrawn() || index.Standing(nil).Withdrawn() {
		t.Error("what is unknown or nothing does not withdraw")
	}
}

// FuzzParseStanding reads whatever a database may hold: no panic, and what parses has a stable text.
func FuzzParseStanding(f *testing.F) {
	f.Add("")
	f.Add(index.Standing{{Kind: index.Removed, Category: "legal", Since: since()}}.Text())
	f.Add(`[{"kind":"x","since":"0001-01-01T00:00:00Z"}]`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := index.ParseStanding(text)
		if err != nil || len(s) == 0 {
			return
		}
		again, err := index.ParseStanding(s.Text())
		if err != nil {
			t.Fatal(err)
		}
		if again.Text() != s.Text() {
			t.Errorf("%q: text is not stable", text)
		}
		index.StatusOf(index.At{Level: index.OnProject, Standing: s}).Phrase()
	})
}

// TestST11InEffectSince: everything says since when a flag is in effect, not when that was announced.
func TestST11InEffectSince(t *testing.T) {
	set, day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, from := range []time.Time{{}, day, set.AddDate(0, -1, 0)} {
		want := set
		if from.Equal(day) {
			want = day
		}
		f := index.Flag{Kind: index.Archived, Since: set, From: from}
		if got := f.InEffectSince(); !got.Equal(want) {
			t.Errorf("from %s: %s", from, got)
		}
		st := index.StatusOf(index.At{Level: index.OnProject, Standing: index.Standing{f}})
		if said := index.SaidOf(st); said == nil || !said.Since.Equal(want) {
			t.Errorf("from %s: %+v", from, said)
		}
		if text := st.Phrase(); !strings.Contains(text, want.Format(time.DateOnly)) {
			t.Errorf("from %s: %q", from, text)
		}
	}
}
