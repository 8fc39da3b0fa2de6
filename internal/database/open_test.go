package database_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

// TestSQLiteIsDurable: security-bar 4.1; NORMAL would lose committed transactions when the power fails. Readers and the writer are asked apart.
func TestSQLiteIsDurable(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	want := map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"}
	for pragma, value := range want {
		if got := strings.TrimSpace(database.Select(t, db.Q, "PRAGMA "+pragma)); got != value {
			t.Errorf("reader: %s = %s, want %s", pragma, got, value)
		}
		dbtest.Write(t, db, func(_ context.Context, tx *database.Tx) error {
			if got := strings.TrimSpace(database.Select(t, tx, "PRAGMA "+pragma)); got != value {
				t.Errorf("writer: %s = %s, want %s", pragma, got, value)
			}
			return nil
		})
	}
	if got := strings.TrimSpace(database.Select(t, db.Q, "PRAGMA query_only")); got != "1" {
		t.Errorf("reader: query_only = %s", got)
	}
}

func TestOpenAgainKeepsTheRows(t *testing.T) {
	for _, kind := range dbtest.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			url := kind.New(t)
			db, err := database.Open(context.Background(), database.Options{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return put(ctx, tx, 1) })
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			again := dbtest.Open(t, url)
			if got := settings(t, again.Q); len(got) != 1 {
				t.Errorf("%v", got)
			}
			if again.URL() != url || again.Postgres() != (kind.Name == "postgres") {
				t.Errorf("URL %q, Postgres %v", again.URL(), again.Postgres())
			}
			if err := again.Ping(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOpenOddPaths takes any folder name: spaces, percent signs and question marks are not part of an address.
func TestOpenOddPaths(t *testing.T) {
	for _, name := range []string{"a b", "100%", "what?", "a#b", "ü", "a&_pragma=x"} {
		folder := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		dbtest.Open(t, "sqlite:"+filepath.Join(folder, "x.db"))
		if _, err := os.Stat(filepath.Join(folder, "x.db")); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	for url, want := range map[string]string{
		"mysql://u:secret@h/d": "mysql://u:xxxxx@h/d",
		"sqlite:" + filepath.Join(t.TempDir(), "no", "such", "folder", "x"): "no/such/folder",
		"postgres://u:secret@127.0.0.1:1/d?connect_timeout=2":               "127.0.0.1:1",
		"postgres://u:secret@127.0.0.1:1/%zz":                               "unreadable",
		"":                                                                  "neither",
	} {
		db, err := database.Open(context.Background(), database.Options{URL: url})
		if err == nil {
			db.Close()
			t.Fatalf("%s was opened", url)
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v; want %q and no password", url, err, want)
		}
	}
}

// TestABrokenFileIsAnError, never an empty index.
func TestABrokenFileIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if db, err := database.Open(context.Background(), database.Options{URL: "sqlite:" + path}); err == nil {
		db.Close()
		t.Error("it was opened")
	}
}

// TestListenHearsTheJournal wakes another node on PostgreSQL within a second; a listener that nobody drains does not block.
func TestListenHearsTheJournal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		if !db.Postgres() {
			dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return tx.Notify(ctx) })
			return // one process: nobody else to tell
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		wake := make(chan struct{}, 1)
		go dbtest.Open(t, db.URL()).Listen(ctx, wake)
		deadline := time.After(10 * time.Second)
		for heard := 0; heard < 2; {
			dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return tx.Notify(ctx) })
			select {
			case <-wake:
				heard++
			case <-time.After(50 * time.Millisecond): // the listener may not have connected yet
			case <-deadline:
				t.Fatal("nothing was heard")
			}
		}
	})
}

// TestTextsPostgresRefuses: NUL cannot be stored there; SQLite takes it. What reaches rows was cleaned before (U-05).
func TestTextsComeBackAsTheyWere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		for i, text := range []string{"", "'; DROP TABLE users; --", "ü\u202e\n\t\x01", strings.Repeat("x", 1<<20)} {
			dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return tx.PutSetting(ctx, number("k", i), text) })
			if got, _, err := db.Setting(context.Background(), number("k", i)); err != nil || got != text {
				t.Errorf("%d: %d bytes came back, %v", i, len(got), err)
			}
		}
		err := db.Write(context.Background(), func(tx *database.Tx) error { return tx.PutSetting(context.Background(), "k", "a\x00b") })
		if (err != nil) != db.Postgres() {
			t.Errorf("NUL: %v", err)
		}
		if index.HasCode(err, index.CodeStorageFull) || database.IsUnique(err) {
			t.Errorf("NUL is taken for something else: %v", err)
		}
	})
}
