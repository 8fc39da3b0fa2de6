package durability

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
	_ "modernc.org/sqlite"             // registers "sqlite"

	"strongroom/internal/app/apptest"
)

// backdoor is a second connection to the database of an index, to look at its rows and to make its statements fail.
type backdoor struct {
	*sql.DB
	t      testing.TB
	sqlite bool
}

func openBackdoor(t testing.TB, s *apptest.Server) *backdoor {
	t.Helper()
	driver, source := "pgx", s.DB.URL()
	path, sqlite := strings.CutPrefix(source, "sqlite:")
	if sqlite {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &backdoor{db, t, sqlite}
}

func (b *backdoor) exec(statement string) {
	b.t.Helper()
	if _, err := b.Exec(statement); err != nil {
		b.t.Fatalf("%s: %v", statement, err)
	}
}

// rows gives what a query finds, each row as one text, sorted.
func (b *backdoor) rows(query string) (all []string) {
	b.t.Helper()
	rows, err := b.Query(query)
	if err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		b.t.Fatal(err)
	}
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			b.t.Fatal(err)
		}
		all = append(all, strings.Trim(fmt.Sprintf("%q", values), "[]"))
	}
	if err := rows.Err(); err != nil {
		b.t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// tables lists the tables of the index.
func (b *backdoor) tables() (names []string) {
	query := "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
	if b.sqlite {
		query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	}
	for _, row := range b.rows(query) {
		names = append(names, strings.Trim(row, `"`))
	}
	return names
}

// dump gives all rows of all tables. When a token was used last, how often something was tried and what can be searched for is written beside the
// requests, and does not belong to what they do.
func (b *backdoor) dump() map[string][]string {
	all := map[string][]string{}
	for _, table := range b.tables() {
		late := strings.HasPrefix(table, "search_") || slices.Contains([]string{"tokens", "rate_limits", "downloads", "project_downloads"}, table)
		if !late { // written a while after requests
			all[table] = b.rows("SELECT * FROM " + table)
		}
	}
	return all
}

// difference says which tables changed since an earlier dump, and how.
func (b *backdoor) difference(before map[string][]string) (changes []string) {
	for table, rows := range b.dump() {
		for _, row := range rows {
			if !slices.Contains(before[table], row) {
				changes = append(changes, table+" has the new row "+row)
			}
		}
		for _, row := range before[table] {
			if !slices.Contains(rows, row) {
				changes = append(changes, table+" lacks the row "+row)
			}
		}
	}
	return changes
}

// failures are the ways in which a statement can be made to fail: alone, and with its whole transaction. On PostgreSQL
// also as one that lost a race, which is tried again, and by the death of the connection.
func (b *backdoor) failures() []string {
	if b.sqlite {
		return []string{"SELECT RAISE(ABORT, 'failed as planned')", "SELECT RAISE(ROLLBACK, 'failed as planned')"}
	}
	return []string{
		"RAISE EXCEPTION 'failed as planned'",
		"RAISE EXCEPTION 'failed as planned' USING ERRCODE = 'serialization_failure'",
		"PERFORM pg_terminate_backend(pg_backend_pid())",
	}
}

// refuse makes a change of a table ("INSERT files") fail; with a prefix only for rows whose filename or name begins
// with it.
func (b *backdoor) refuse(place, failure, prefix string) (undo func()) {
	b.t.Helper()
	change, table, _ := strings.Cut(place, " ")
	when := ""
	if prefix != "" {
		column := map[string]string{"files": "filename", "projects": "name"}[table]
		when = "WHEN (NEW." + column + " LIKE '" + prefix + "%')"
	}
	if b.sqlite {
		b.exec("CREATE TRIGGER planned BEFORE " + change + " ON " + table + " " + when + " BEGIN " + failure + "; END")
		return func() { b.exec("DROP TRIGGER planned") }
	}
	b.function(failure)
	b.exec("CREATE TRIGGER planned BEFORE " + change + " ON " + table + " FOR EACH ROW " + when + " EXECUTE FUNCTION planned()")
	return func() { b.exec("DROP TRIGGER planned ON " + table) }
}

// refuseCommit makes the commit of an upload fail, when all its statements have succeeded.
func (b *backdoor) refuseCommit() (undo func()) {
	b.t.Helper()
	if b.sqlite {
		b.exec("CREATE TABLE planned (never BIGINT REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED)")
		b.exec("CREATE TRIGGER planned AFTER INSERT ON files BEGIN INSERT INTO planned VALUES (-1); END")
		return func() { b.exec("DROP TRIGGER planned"); b.exec("DROP TABLE planned") }
	}
	b.function(b.failures()[0])
	b.exec("CREATE CONSTRAINT TRIGGER planned AFTER INSERT ON files DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION planned()")
	return func() { b.exec("DROP TRIGGER planned ON files") }
}

func (b *backdoor) function(failure string) {
	b.t.Helper()
	b.exec("CREATE OR REPLACE FUNCTION planned() RETURNS trigger AS $$ BEGIN " + failure + "; RETURN NEW; END $$ LANGUAGE plpgsql")
}
