package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
	"strongroom/internal/pages"
)

// TestSecurityTxt: RFC 9116 2.5. A contact cannot bring fields of its own.
func TestSecurityTxt(t *testing.T) {
	for contact, want := range map[string]string{
		"security@example.org":                     "Contact: mailto:security@example.org\n",
		"mailto:a@example.org https://example.org": "Contact: mailto:a@example.org\nContact: https://example.org\n",
		"tel:+1-201-555-0123\nExpires: never":      "Contact: tel:+1-201-555-0123\nContact: Expires:\nContact: never\n",
	} {
		a := &API{URL: "https://index.example", SecurityContact: contact}
		w := httptest.NewRecorder()
		if err := a.securityTxt(w, httptest.NewRequest(http.MethodGet, "/.well-known/security.txt", nil)); err != nil {
			t.Fatal(err)
		}
		got := w.Body.String()
		if !strings.HasPrefix(got, want+"Expires: ") || !strings.HasSuffix(got, "\nCanonical: https://index.example/.well-known/security.txt\n") {
			t.Errorf("%q:\n%s", contact, got)
		}
		if got := w.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" {
			t.Errorf("Content-Type %q", got)
		}
	}
	plain := &API{URL: "http://127.0.0.1:8471", SecurityContact: "a@example.org"}
	w := httptest.NewRecorder()
	if err := plain.securityTxt(w, httptest.NewRequest(http.MethodGet, "/", nil)); err != nil || strings.Contains(w.Body.String(), "Canonical") {
		t.Errorf("%v: a Canonical that is not https:\n%s", err, w.Body)
	}
}

// TestSecurityExpires: more than 30 days away and less than a year, on every
// day, and the same all month long.
func TestSecurityExpires(t *testing.T) {
	for day := time.Date(2027, 12, 31, 23, 59, 59, 0, time.FixedZone("east", 14*3600)); day.Year() < 2030; day = day.Add(23 * time.Hour) {
		away := securityExpires(day).Sub(day)
		if away <= 58*24*time.Hour || away > 93*24*time.Hour {
			t.Errorf("on %v it expires in %v", day, away)
		}
	}
	first, last := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 31, 23, 0, 0, 0, time.UTC)
	if a, b := securityExpires(first), securityExpires(last); !a.Equal(b) {
		t.Errorf("it moves within a month: %v, %v", a, b)
	}
}

// TestSitemapBuckets: no sitemap has more than 50,000 addresses, and together
// they have all, once (E-03). The pages are taken in smaller pieces here.
func TestSitemapBuckets(t *testing.T) {
	const projects, piece = 201, 100
	a := &API{URL: "http://x", Root: rootOf(t, projects)}
	for from, want := range map[int]int{0: piece, piece: piece, 2 * piece: 2, 3 * piece: 0} {
		paths, total, err := a.sitePages(context.Background(), from, from+piece)
		if err != nil || len(paths) != want || total != projects+1 {
			t.Errorf("from %d: %d of %d, %v, want %d", from, len(paths), total, err, want)
		}
		if from > 0 && want > 0 && paths[0] != fmt.Sprintf("/project/p%06d/", from-1) {
			t.Errorf("from %d: begins with %s", from, paths[0])
		}
	}
	for pages, want := range map[int]int{1: 1, 50_000: 1, 50_001: 2, 100_000: 2, 100_001: 3} {
		if got := bucketCount(pages); got != want {
			t.Errorf("%d pages: %d sitemaps, want %d", pages, got, want)
		}
	}
}

// rootOf is a list of n projects, with rows made for it.
func rootOf(t *testing.T, n int) *pages.Root {
	t.Helper()
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
		for i := range n {
			name := fmt.Sprintf("p%06d", i)
			row := index.Name{Name: name, LookAlike: name, State: index.NameActive}
			if _, err := tx.ClaimName(ctx, row); err != nil {
				return err
			}
			id, err := tx.InsertProject(ctx, index.Project{UID: name, Name: name, DisplayName: name}, 0)
			if err != nil {
				return err
			}
			row.ProjectID = id
			if err := tx.UpdateName(ctx, row); err != nil {
				return err
			}
		}
		return nil
	})
	root := pages.NewRoot(db)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		root.Run(ctx, func(err error) { t.Error(err) })
	}()
	t.Cleanup(func() { cancel(); <-done })
	return root
}

// TestFiguresAreRemembered for a hundred times as long as they took.
func TestFiguresAreRemembered(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	var f figures
	if _, err := f.get(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	f.until, f.last.Total = time.Now().Add(time.Hour), 7
	if got, err := f.get(context.Background(), db); err != nil || got.Total != 7 {
		t.Errorf("read again too soon: %+v, %v", got, err)
	}
	f.until = time.Now().Add(-time.Nanosecond)
	if got, err := f.get(context.Background(), db); err != nil || got.Total != 0 || !f.until.After(time.Now().Add(-time.Second)) {
		t.Errorf("not read again: %+v, %v", got, err)
	}
	f.until = time.Time{}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.get(ended, db); err == nil {
		t.Error("a reading that failed was remembered")
	}
}
