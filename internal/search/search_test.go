package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
	"strongroom/internal/search"
)

// TestWords is the rule for what a word is.
func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"Django-REST_framework.io": "django rest framework io",
		"Überprüfung naïve ﬁle":    "uberprufung naive file",
		"C++ & F#":                 "c f",
		"日本語 パーサー":                 "日本語 ハーサー",
		"x²  v1.0\tnew\nline":      "x2 v1 0 new line",
		"'; DROP TABLE --":         "drop table",
		"\x00\xff\ufffd":           "",
		"ΑΒΓ Привет":               "αβγ привет",
	} {
		if got := strings.Join(search.Words(text), " "); got != want {
			t.Errorf("%q has the words %q, want %q", text, got, want)
		}
	}
	if got := search.Words(strings.Repeat("ü", 100) + strings.Repeat("漢", 100)); len(got) != 1 || len(got[0]) > 60 {
		t.Errorf("a long word is %q", got)
	}
}

// TestParse reads queries as people type them.
func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "[] ",
		"  Demo.Pkg ":          "[{[demo] true} {[pkg] true}] demo-pkg",
		`web "rest api" r`:     "[{[web] true} {[rest api] false} {[r] false}] ",
		`"open quote`:          "[{[open quote] false}] ",
		`""`:                   "[] ",
		`a AND b* NOT (c OR d`: "[{[a] false} {[and] true} {[b] false} {[not] true} {[c] false} {[or] true} {[d] false}] ",
		"-- ; '":               "[] ",
	} {
		q, err := search.Parse(text)
		if got := fmt.Sprint(q.Terms, " ", q.Name); err != nil || got != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	if q, _ := search.Parse(strings.Repeat("a ", 100)); len(q.Terms) != 16 {
		t.Errorf("%d terms count", len(q.Terms))
	}
	if _, err := search.Parse(strings.Repeat("a", 1001)); index.AsError(err).Code != index.CodeSearchTooLong {
		t.Errorf("a long query: %v", err)
	}
}

// FuzzQuery: whatever is typed is a query that both databases understand, and what was indexed is found by its own
// words.
func FuzzQuery(f *testing.F) {
	for _, text := range []string{"demo", `"a b`, `NEAR("x", 5)`, "name:x OR *", "' & | ! <-> :*A", "\x00", "日本語 ﬁ ² İ ß", "a\u0301", "{search_words}: -x", "^a", "ŉ ǰ"} {
		f.Add(text)
	}
	var dbs []*database.DB
	for _, kind := range dbtest.Kinds() {
		db := dbtest.Open(f, kind.New(f))
		dbtest.Write(f, db, func(ctx context.Context, tx *database.Tx) error {
			if _, err := tx.ClaimName(ctx, index.Name{Name: "demo"}); err != nil {
				return err
			}
			id, err := tx.InsertProject(ctx, index.Project{UID: "u", Name: "demo", DisplayName: "demo"}, 0)
			return errors.Join(err, tx.UpdateName(ctx, index.Name{Name: "demo", ProjectID: id}))
		})
		dbs = append(dbs, db)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := search.Parse(text)
		if err != nil || len(q.Terms) == 0 {
			return
		}
		for _, word := range search.Words(text) {
			if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				t.Fatalf("%q is no word", word)
			}
		}
		for _, db := range dbs {
			dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
				return tx.PutSearchDoc(ctx, database.SearchDoc{ProjectID: 1, Name: "demo", Body: strings.Join(search.Words(text), " ")})
			})
			hits, err := search.New(db, search.ArchivedShown).Find(context.Background(), q, false, database.Searcher{All: true})
			if err != nil || !slices.ContainsFunc(hits.Hits, func(h search.Hit) bool { return h.Name == "demo" }) {
				t.Errorf("%q finds %v, %v", text, hits, err)
			}
		}
	})
}
