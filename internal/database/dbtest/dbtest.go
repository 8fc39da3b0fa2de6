// Package dbtest gives tests real databases: a new SQLite file always, and a
// new PostgreSQL database where a server for tests is named in the
// environment. Nothing is shared between two tests.
package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"strongroom/internal/database"
)

// PostgresVariable names the environment variable with the address of a
// PostgreSQL server on which databases may be made. The full check sets it.
const PostgresVariable = "STRONGROOM_TEST_POSTGRES"

// Kind is one kind of database to test on.
type Kind struct {
	Name string
	// New makes an empty database, which the test's end removes, and returns
	// its address for database.Options.
	New func(testing.TB) (url string)
}

// Kinds lists the databases to test on.
func Kinds() []Kind {
	all := []Kind{{"sqlite", newSQLite}}
	if os.Getenv(PostgresVariable) != "" {
		all = append(all, Kind{"postgres", newPostgres})
	}
	return all
}

// Each runs a test on each kind of database, every time on a fresh one with
// its schema up to date.
func Each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	for _, kind := range Kinds() {
		t.Run(kind.Name, func(t *testing.T) { test(t, Open(t, kind.New(t))) })
	}
}

// Open opens a database until the end of the test.
func Open(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), database.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close %s: %v", url, err)
		}
	})
	return db
}

// Write runs fn in one transaction, which must succeed.
func Write(t testing.TB, db *database.DB, fn func(ctx context.Context, tx *database.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := db.Write(ctx, func(tx *database.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func newSQLite(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}
