package database_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

// look is what a search finds: normalised names, sorted.
func (w *world) look(inNames bool, by database.Searcher, terms ...database.SearchTerm) string {
	w.t.Helper()
	hits, err := w.db.SearchWords(w.ctx, terms, inNames, by, 100)
	w.must(err)
	var names []string
	for _, h := range hits {
		names = append(names, h.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// begins is a term for words that begin so; stands for words one after the other.
func begins(word string) database.SearchTerm {
	return database.SearchTerm{Words: []string{word}, Prefix: true}
}
func stands(words ...string) database.SearchTerm { return database.SearchTerm{Words: words} }

func (w *world) put(d database.SearchDoc) {
	w.t.Helper()
	w.write(func(tx *database.Tx) error { return tx.PutSearchDoc(w.ctx, d) })
}

// TestSearchWords: both databases find the same projects for the same terms.
func TestSearchWords(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		other := w.addProject("django-cache", w.user.ID)
		w.put(database.SearchDoc{ProjectID: w.project.ID, Name: "demo", About: "a parser of strange logs", Body: "django is not used"})
		w.put(database.SearchDoc{ProjectID: other.ID, Version: "1.0", Summary: "Caches", ReleasedAt: 7, Name: "django cache djangocache", About: "caches of pages"})
		for _, row := range []struct {
			onlyName bool
			terms    []database.SearchTerm
			want     string
		}{
			{false, []database.SearchTerm{begins("django")}, "demo django-cache"},
			{true, []database.SearchTerm{begins("django")}, "django-cache"},
			{true, []database.SearchTerm{begins("djangoc")}, "django-cache"},
			{false, []database.SearchTerm{begins("pars")}, "demo"},
			{false, []database.SearchTerm{stands("pars")}, ""},
			{false, []database.SearchTerm{stands("parser")}, "demo"},
			{false, []database.SearchTerm{begins("parser"), begins("log")}, "demo"},
			{false, []database.SearchTerm{begins("parser"), begins("caches")}, ""},
			{false, []database.SearchTerm{stands("strange", "logs")}, "demo"},
			{false, []database.SearchTerm{stands("logs", "strange")}, ""},
			{false, []database.SearchTerm{stands("cache", "djangocache", "caches")}, ""}, // a phrase stays in one text
			{true, []database.SearchTerm{stands("django", "cache")}, "django-cache"},
			{true, []database.SearchTerm{begins("django"), begins("pages")}, ""},
			{false, []database.SearchTerm{begins("and"), begins("or"), begins("near")}, ""},
		} {
			if got := w.look(row.onlyName, database.Searcher{}, row.terms...); got != row.want {
				t.Errorf("%v, only names %t: %q, want %q", row.terms, row.onlyName, got, row.want)
			}
		}
		w.put(database.SearchDoc{ProjectID: other.ID, Name: "django cache djangocache", About: "rewritten"})
		if got := w.look(false, database.Searcher{}, begins("pages")); got != "" {
			t.Errorf("what a project said before is found: %q", got)
		}
	})
}

// TestSearchFindsOnlyWhatIsThere: withdrawn projects are found by nobody (SD-6), private ones by those who have a
// role, whatever the index says.
func TestSearchFindsOnlyWhatIsThere(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.put(database.SearchDoc{ProjectID: w.project.ID, Name: "demo"})
		stranger := w.addUser("Bob", "bob@example.com")
		w.write(func(tx *database.Tx) error { return tx.SetRole(w.ctx, w.project.ID, w.user.ID, index.Reader) })
		w.write(func(tx *database.Tx) error { _, err := tx.SetPrivate(w.ctx, w.project.ID, true); return err })
		for _, row := range []struct {
			by   database.Searcher
			want string
		}{
			{database.Searcher{}, ""},
			{database.Searcher{UserID: stranger.ID}, ""},
			{database.Searcher{UserID: w.user.ID}, "demo"},
			{database.Searcher{UserID: stranger.ID, All: true}, "demo"},
		} {
			hits, err := w.db.SearchName(w.ctx, "demo", row.by)
			w.must(err)
			if got := w.look(false, row.by, begins("demo")); got != row.want || len(hits) != len(strings.Fields(row.want)) {
				t.Errorf("%+v finds %q and by name %v, want %q", row.by, got, hits, row.want)
			}
		}
		w.set(index.OnProject, w.project.ID, "deleted")
		if got := w.look(false, database.Searcher{All: true}, begins("demo")); got != "" {
			t.Errorf("a deleted project is found: %q", got)
		}
	})
}

// TestDropSearchIndex: nothing is found, and the index is to be made from its beginning (P12).
func TestDropSearchIndex(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.put(database.SearchDoc{ProjectID: w.project.ID, Name: "demo"})
		w.write(func(tx *database.Tx) error {
			return tx.SetSearchProgress(w.ctx, database.SearchProgress{Serial: 7, Built: -1})
		})
		w.write(func(tx *database.Tx) error { return tx.DropSearchIndex(w.ctx) })
		at, err := w.db.SearchProgress(w.ctx)
		w.must(err)
		if got := w.look(false, database.Searcher{}, begins("demo")); got != "" || at != (database.SearchProgress{}) {
			t.Errorf("%q is found; progress %+v", got, at)
		}
		w.put(database.SearchDoc{ProjectID: w.project.ID, Name: "demo"})
		if got := w.look(false, database.Searcher{}, begins("demo")); got != "demo" {
			t.Errorf("after the index was made again %q is found", got)
		}
	})
}

// TestSearchPlans: a search reads its index and the rows of what it found, and never a whole table (SD-26).
func TestSearchPlans(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		crowd(t, db)
		fillWords(t, db)
		for what, call := range map[string]func(q database.Q) error{
			"words": func(q database.Q) error {
				_, err := q.SearchWords(context.Background(), []database.SearchTerm{stands("word7")}, false, database.Searcher{UserID: 7}, 100)
				return err
			},
			"names": func(q database.Q) error {
				_, err := q.SearchWords(context.Background(), []database.SearchTerm{stands("word7")}, true, database.Searcher{UserID: 7}, 100)
				return err
			},
			"name": func(q database.Q) error {
				_, err := q.SearchName(context.Background(), "p7", database.Searcher{})
				return err
			},
			"next to index": func(q database.Q) error { _, err := q.ProjectsAfter(context.Background(), 7, 5); return err },
		} {
			plan := strings.ReplaceAll(database.Explain(t, db, call), "SCAN g\n", "") // the few grants that its parts found
			if strings.Contains(plan, "search_words") && !regexp.MustCompile(`search_words_(words|names)|SCAN w VIRTUAL TABLE INDEX \d+:M`).MatchString(plan) {
				t.Errorf("%s: the plan does not ask the full-text index:\n%s", what, plan)
			}
			if found := regexp.MustCompile(`Seq Scan on \w+|SCAN \w+\n`).FindString(plan); found != "" {
				t.Errorf("%s: reads a whole table (%s):\n%s", what, found, plan)
			}
		}
	})
}

// fillWords indexes the projects of crowd.
func fillWords(t *testing.T, db *database.DB) {
	t.Helper()
	if !db.Postgres() {
		return
	}
	dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
		for i := range 2000 {
			doc := database.SearchDoc{ProjectID: int64(i + 1), Name: number("word", i)}
			for n := range 60 {
				doc.Body += number(" text", n)
			}
			if err := tx.PutSearchDoc(ctx, doc); err != nil {
				return err
			}
		}
		return database.Exec(ctx, tx, "ANALYZE")
	})
}

// TestSearchIndexIsSound: SQLite's own check is of the file as it is, not of what a connection that searched remembers
// of the index before it changed.
func TestSearchIndexIsSound(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for i := range 100 {
			w.put(database.SearchDoc{ProjectID: w.project.ID, Name: number("demo", i), About: number("about", i)})
			w.look(i%2 == 0, database.Searcher{}, begins("demo"))
			faults, err := w.db.Faults(w.ctx)
			w.must(err)
			for _, f := range faults {
				if f.Kind == "database" {
					t.Fatalf("after %d changes: %+v", i+1, f)
				}
			}
		}
	})
}
