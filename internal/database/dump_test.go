package database_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

// dump writes all rows of a database.
func dump(t *testing.T, db *database.DB) (text string, rows map[string]int64) {
	t.Helper()
	var b bytes.Buffer
	_, rows, err := db.Dump(context.Background(), &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), rows
}

// load makes a database of a kind out of a dump.
func load(t *testing.T, kind dbtest.Kind, text string) (*database.DB, error) {
	t.Helper()
	url := kind.New(t)
	if err := database.Load(context.Background(), database.Options{URL: url}, strings.NewReader(text)); err != nil {
		return nil, err
	}
	return dbtest.Open(t, url), nil
}

// TestDumpHasEveryTable: a table that a migration adds must be added to the
// dump too, or backups would forget it.
func TestDumpHasEveryTable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		schema := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'`
		if db.Postgres() {
			schema = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename NOT LIKE 'goose%'`
		}
		want := strings.Fields(database.Select(t, db, schema))
		want = slices.DeleteFunc(want, func(table string) bool { return strings.HasPrefix(table, "search_") }) // is made again
		slices.Sort(want)
		_, rows := dump(t, db)
		if got := slices.Sorted(maps.Keys(rows)); !slices.Equal(got, want) {
			t.Errorf("the dump has the tables %v, the schema %v", got, want)
		}
	})
}

// TestDumpAndLoad: what was loaded dumps to the same rows, on both databases
// in every combination, and the keys go on after the highest.
func TestDumpAndLoad(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.set(index.OnRelease, w.release.ID, "yanked")
		for i := range 120 { // more than two batches, and a rest
			w.addUser(number("user", i), number("u", i)+"@example.com")
		}
		w.write(func(tx *database.Tx) error {
			for _, text := range []string{"plain", "", "ä 漢 🎉", "tab\t \"quoted\" \\ <&> \u2028", "null", "[1]", `{"base64":"eA=="}`} {
				if err := tx.PutSetting(w.ctx, text+"-key", text); err != nil {
					return err
				}
			}
			return tx.InsertJob(w.ctx, database.Job{Kind: "a", Args: "{}"}, noon()) // its dedupe is null
		})
		text, rows := dump(t, w.db)
		for _, kind := range dbtest.Kinds() {
			loaded, err := load(t, kind, text)
			if err != nil {
				t.Fatalf("load into %s: %v", kind.Name, err)
			}
			again, rowsAgain := dump(t, loaded)
			if !maps.Equal(rows, rowsAgain) {
				t.Errorf("%s has %v rows instead of %v", kind.Name, rowsAgain, rows)
			}
			if lines(again) != lines(text) {
				t.Errorf("%s has other rows:\n%s\nwant\n%s", kind.Name, again, text)
			}
			there := &world{t: t, ctx: w.ctx, db: loaded}
			if u := there.addUser("new", "new@example.com"); u.ID <= w.user.ID+120 {
				t.Errorf("%s gave the key %d again", kind.Name, u.ID)
			}
		}
	})
}

// lines sorts the lines of a dump: rows come in no order.
func lines(text string) string {
	all := strings.Split(text, "\n")
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// TestDumpKeepsStrangeBytes: SQLite stores texts that are not UTF-8, JSON and
// PostgreSQL do not.
func TestDumpKeepsStrangeBytes(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	const strange = "caf\xe9 \x00 \xff"
	dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return tx.PutSetting(ctx, "agent", strange) })
	text, _ := dump(t, db)
	loaded, err := load(t, dbtest.Kinds()[0], text)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := loaded.Setting(t.Context(), "agent"); got != strange || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestLoadEndsWhatWasGoingOn: nobody holds or leases anything in a new index.
func TestLoadEndsWhatWasGoingOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		queue(t, db, database.Job{Kind: "a", Args: "{}"})
		lease(t, db, noon())
		dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
			return tx.HoldBlobs(ctx, "backup", noon(), noon().AddDate(1, 0, 0))
		})
		text, _ := dump(t, db)
		for _, kind := range dbtest.Kinds() {
			loaded, err := load(t, kind, text)
			if err != nil {
				t.Fatal(err)
			}
			if held, err := loaded.BlobsHeld(t.Context(), noon()); held || err != nil {
				t.Errorf("%s: held %v, %v", kind.Name, held, err)
			}
			if _, found := lease(t, loaded, noon()); !found {
				t.Errorf("%s: the job is still leased", kind.Name)
			}
		}
	})
}

// TestLoadRefuses changes nothing when a dump cannot be loaded whole.
func TestLoadRefuses(t *testing.T) {
	const head = `{"format":1,"schema":6,"serial":0}` + "\n"
	for _, kind := range dbtest.Kinds() {
		url := kind.New(t) // one for all: what is refused leaves it empty
		for text, want := range map[string]string{
			"":                            "EOF",
			"x":                           "invalid character",
			`{"format":2,"schema":4}`:     "format 2",
			`{"format":1,"schema":999}`:   "schema version 999",
			head + `{"table":"nothing"}`:  "no table",
			head + `["a"]`:                "1 values for 0 columns",
			head + `{"table":"instance"}`: "no table",
			head + instanceTable("key", "value); --"):                   "not the name of a column",
			head + instanceTable("key", "value") + `["a"]`:              "1 values for 2 columns",
			head + instanceTable("key", "value") + `["a",1.5]`:          "invalid syntax",
			head + instanceTable("key", "value") + `["a",true]`:         "invalid syntax",
			head + instanceTable("key", "value") + `["a","b"]["a","c"]`: "load table instance",
			head + instanceTable("key", "value") + `["a","b"`:           "EOF",
			head + instanceTable("key", "other") + `["a","b"]`:          "load table instance",
		} {
			err := database.Load(t.Context(), database.Options{URL: url}, strings.NewReader(text))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q gives %v, want %q", kind.Name, text, err, want)
			}
			if serial, err := dbtest.Open(t, url).LastSerial(t.Context()); serial != 0 || err != nil {
				t.Errorf("%s: after %q: %d, %v", kind.Name, text, serial, err)
			}
		}
	}
}

// instanceTable begins a table.
func instanceTable(columns ...string) string {
	return fmt.Sprintf(`{"table":"instance","columns":["%s"]}`+"\n", strings.Join(columns, `","`))
}

func TestLoadWantsAnEmptyDatabase(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		text, _ := dump(t, w.db)
		err := database.Load(w.ctx, database.Options{URL: w.db.URL()}, strings.NewReader(text))
		if !errors.Is(err, database.ErrNotEmpty) {
			t.Errorf("got %v, want ErrNotEmpty", err)
		}
		if _, found, err := w.db.UserByName(w.ctx, "Alice"); !found || err != nil {
			t.Errorf("Alice is gone: %v", err)
		}
	})
}

func TestDumpedBlobs(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.condemn(digest("orphan"))
		text, _ := dump(t, w.db)
		sizes := map[string]int64{}
		w.must(database.DumpedBlobs(strings.NewReader(text), func(b database.Blob) error {
			sizes[b.SHA256] = b.Size
			return nil
		}))
		want := map[string]int64{w.file.SHA256: w.file.Size, w.file.MetadataSHA256: w.file.MetadataSize}
		if !maps.Equal(sizes, want) {
			t.Errorf("%v, want %v", sizes, want)
		}
	})
}

// FuzzDumpedBlobs: a damaged dump is an error and never a panic.
func FuzzDumpedBlobs(f *testing.F) {
	f.Add(`{"format":1,"schema":6}{"table":"blobs","columns":["sha256","size","condemned_at"]}["aa",3,0]["bb",4,1]`)
	f.Add(`{"format":1}{"table":"blobs","columns":[]}[null,{"base64":"eA=="},-1,"\ud800"]`)
	f.Add(`{"format":1}[1]`)
	f.Fuzz(func(t *testing.T, text string) {
		err := database.DumpedBlobs(strings.NewReader(text), func(b database.Blob) error {
			if b.SHA256 == "bb" && strings.HasSuffix(text, `["bb",4,1]`) {
				t.Errorf("a condemned blob is listed")
			}
			return nil
		})
		if err == nil && !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
			t.Errorf("%q was accepted", text)
		}
	})
}
