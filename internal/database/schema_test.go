package database_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

var update = flag.Bool("update", false, "accept the schema that the migrations make as the new schema.sql")

// TestSchema keeps schema.sql, for people who read, equal to what the migrations make on SQLite.
func TestSchema(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	text := "-- The schema that the migrations make, as SQLite has it. Generated: go test ./internal/database -run TestSchema -update\n\n" +
		strings.ReplaceAll(database.Select(t, db.Q, `SELECT sql || ';' || char(10) FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'
			AND name NOT LIKE 'search_words_%' AND name NOT LIKE 'search_names_%' ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 ELSE 1 END, name`), "\n\n\n", "\n\n")
	if *update {
		if err := os.WriteFile("schema.sql", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if string(golden) != text {
		t.Error("schema.sql is out of date; run: go test ./internal/database -run TestSchema -update")
	}
}

// TestBothDatabasesHaveOneSchema compares the tables, columns and indexes by name, but for what each makes of the full-text index.
func TestBothDatabasesHaveOneSchema(t *testing.T) {
	var want []string
	for _, line := range strings.Split(read(t, "schema.sql"), "\n") {
		if m := regexp.MustCompile(`^CREATE (?:TABLE|VIEW|(?:UNIQUE )?INDEX) (\w+)`).FindStringSubmatch(line); m != nil {
			want = append(want, m[1])
		}
	}
	slices.Sort(want)
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		query := `SELECT name FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'search_words%' AND name NOT LIKE 'search_names%'`
		if db.Postgres() {
			query = `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind IN ('r', 'i', 'v')
				AND relname NOT LIKE 'goose%' AND relname NOT LIKE 'search_words%' AND relname !~ '_(pkey|key)$'`
		}
		got := strings.Fields(database.Select(t, db.Q, query))
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}

// TestSortedTextSortsByBytes on every server, whatever its collation (design 6): two nodes must give the same pages.
func TestSortedTextSortsByBytes(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		want := []string{"Z", "a", "a-b", "a2", "ab", "demo", "z", "é"}
		for _, name := range want {
			w.write(func(tx *database.Tx) error { _, err := tx.ClaimName(w.ctx, index.Name{Name: name}); return err })
		}
		if got, err := w.db.LookAlikes(w.ctx, ""); err != nil || got != nil {
			t.Errorf("names that no project held look alike: %v, %v", got, err)
		}
		if got := strings.Fields(database.Select(t, w.db.Q, "SELECT name FROM names ORDER BY name")); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if w.db.Postgres() {
			sorted := database.Select(t, w.db.Q, `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND collation_name = 'C'`)
			for _, column := range []string{"projects.name", "files.filename", "users.username_key", "releases.canonical", "journal.name", "filename_registry.identity"} {
				if !slices.Contains(strings.Fields(sorted), column) {
					t.Errorf("%s is not COLLATE \"C\"", column)
				}
			}
		}
	})
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
