package database

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// Select reads the rows of a statement as text: a line for each row.
func Select(t testing.TB, on interface{ queries() Q }, text string, args ...any) string {
	t.Helper()
	var b strings.Builder
	err := on.queries().each(context.Background(), text, args, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		values, dest := make([]any, len(columns)), make([]any, len(columns))
		for i := range dest {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for i, v := range values {
			if i > 0 {
				b.WriteByte('|')
			}
			if raw, ok := v.([]byte); ok {
				v = string(raw)
			}
			fmt.Fprint(&b, v)
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (q Q) queries() Q { return q }

// Exec runs a statement of a test in a transaction.
func Exec(ctx context.Context, tx *Tx, text string, args ...any) error {
	_, err := tx.exec(ctx, text, args...)
	return err
}

// LimitPages bounds how large SQLite's file may become.
func LimitPages(db *DB, pages int) error {
	return db.Write(context.Background(), func(tx *Tx) error {
		_, err := tx.one(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil, new(int64))
		return err
	})
}

// noted is a conn that notes the statements which it runs.
type noted struct {
	conn
	texts []string
	args  [][]any
}

func (n *noted) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	n.texts, n.args = append(n.texts, text), append(n.args, args)
	return n.conn.ExecContext(ctx, text, args...)
}

func (n *noted) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	n.texts, n.args = append(n.texts, text), append(n.args, args)
	return n.conn.QueryContext(ctx, text, args...)
}

// Explain calls fn in a transaction that is undone, and returns the plans of the statements that it ran.
func Explain(t testing.TB, db *DB, fn func(Q) error) (plans string) {
	t.Helper()
	undo := fmt.Errorf("undo")
	err := db.Write(context.Background(), func(tx *Tx) error {
		notes := &noted{conn: tx.c}
		if err := fn(Q{d: tx.d, c: notes}); err != nil {
			return err
		}
		explain := "EXPLAIN "
		if !db.Postgres() {
			explain += "QUERY PLAN "
		}
		for i, text := range notes.texts {
			plans += text + "\n" + Select(t, tx, explain+text, notes.args[i]...)
		}
		return undo
	})
	if err != undo {
		t.Fatal(err)
	}
	return plans
}
