package database

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// Q runs the statements of this package, on the readers or in a transaction.
type Q struct {
	d dialect
	c conn
}

// conn is what statements run on: a pool, a transaction, or prepared
// statements over either.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Tx is one transaction of Write.
type Tx struct {
	Q
	after []func()
}

// OnCommit runs fn after the transaction is durable and before Write returns.
// On SQLite the functions of successive transactions run in commit order.
func (tx *Tx) OnCommit(fn func()) { tx.after = append(tx.after, fn) }

func (tx *Tx) committed() {
	for _, fn := range tx.after {
		fn()
	}
}

func (q Q) exec(ctx context.Context, text string, args ...any) (int64, error) {
	res, err := q.c.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// one scans the first row, and reports whether there was one.
func (q Q) one(ctx context.Context, text string, args []any, dest ...any) (bool, error) {
	rows, err := q.c.QueryContext(ctx, text, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	return true, rows.Close()
}

// each calls scan for each row.
func (q Q) each(ctx context.Context, text string, args []any, scan func(*sql.Rows) error) error {
	rows, err := q.c.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// prepared keeps one prepared statement for each text: parsing costs SQLite
// about as much as running. pgx does this by itself.
type prepared struct {
	p interface {
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	}
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

func newPrepared(on interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
},
) *prepared {
	return &prepared{p: on, stmts: map[string]*sql.Stmt{}}
}

func (p *prepared) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	p.mu.RLock()
	st := p.stmts[text]
	p.mu.RUnlock()
	if st != nil {
		return st, nil
	}
	st, err := p.p.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if have := p.stmts[text]; have != nil {
		st.Close()
		return have, nil
	}
	p.stmts[text] = st
	return st, nil
}

func (p *prepared) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	st, err := p.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

func (p *prepared) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	st, err := p.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// micros is the stored form of a time; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
