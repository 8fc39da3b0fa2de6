package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// pgWriter runs each transaction on its own connection and runs it again when
// it lost a race (40001, 40P01).
type pgWriter struct {
	pool *sql.DB
	d    dialect
}

func (w *pgWriter) close() error { return nil }

func (w *pgWriter) run(ctx context.Context, fn func(*Tx) error) error {
	for attempt := 0; ; attempt++ {
		err := w.once(ctx, fn)
		if attempt == 5 || !retryable(err) {
			return err
		}
		time.Sleep(time.Duration(attempt+1) * 10 * time.Millisecond)
	}
}

func (w *pgWriter) once(ctx context.Context, fn func(*Tx) error) error {
	stx, err := w.pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer stx.Rollback()
	tx := &Tx{Q: Q{d: w.d, c: stx}}
	if err := call(fn, tx); err != nil {
		return err
	}
	if err := stx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	tx.committed()
	return nil
}

// liteWriter owns SQLite's one writing connection. Transactions that wait
// while another commits are run one after the other between a single BEGIN and
// COMMIT, each inside a savepoint, so that they share one fsync.
type liteWriter struct {
	pool  *sql.DB
	conn  *sql.Conn
	d     dialect
	stmts *prepared
	fatal func(error)
	done  chan struct{} // closed after the last transaction

	mu     sync.RWMutex // held to send on queue, and to close it
	closed bool
	queue  chan *pending
}

var errClosed = errors.New("database is closed")

// pending is one transaction that waits to be run.
type pending struct {
	fn     func(*Tx) error
	tx     *Tx
	result chan error
}

const maxBatch = 64

func newLiteWriter(ctx context.Context, pool *sql.DB, d dialect, fatal func(error)) (*liteWriter, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &liteWriter{
		pool: pool, conn: conn, d: d, stmts: newPrepared(conn), fatal: fatal,
		queue: make(chan *pending, maxBatch), done: make(chan struct{}),
	}
	go w.loop()
	return w, nil
}

func (w *liteWriter) run(_ context.Context, fn func(*Tx) error) error {
	p := &pending{fn: fn, result: make(chan error, 1)}
	if err := w.enqueue(p); err != nil {
		return err
	}
	return <-p.result
}

func (w *liteWriter) enqueue(p *pending) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	w.queue <- p
	return nil
}

func (w *liteWriter) loop() {
	defer close(w.done)
	for first := range w.queue {
		w.commit(w.collect(first))
	}
}

func (w *liteWriter) collect(first *pending) []*pending {
	batch := []*pending{first}
	for len(batch) < maxBatch {
		select {
		case p, open := <-w.queue:
			if !open {
				return batch
			}
			batch = append(batch, p)
		default:
			return batch
		}
	}
	return batch
}

// commit runs the batch. Results are sent, and OnCommit functions run, only
// after COMMIT returned: that is when the rows are durable.
func (w *liteWriter) commit(batch []*pending) {
	ok, err := w.attempt(batch)
	for _, p := range ok {
		if err == nil {
			p.tx.committed()
		}
		p.result <- err
	}
}

// attempt returns the transactions that ran without an error of their own and
// the error that befell them all, if any.
func (w *liteWriter) attempt(batch []*pending) (ok []*pending, err error) {
	ctx := context.Background()
	if err := w.statement(ctx, "BEGIN IMMEDIATE"); err != nil {
		return batch, err
	}
	if len(batch) == 1 {
		return w.alone(ctx, batch[0])
	}
	for i, p := range batch {
		own, broken := w.savepoint(p)
		if broken != nil {
			w.rollback(ctx)
			return append(ok, batch[i:]...), broken
		}
		if own != nil {
			p.result <- own
			continue
		}
		ok = append(ok, p)
	}
	if err := w.statement(ctx, "COMMIT"); err != nil {
		w.rollback(ctx)
		return ok, err
	}
	return ok, nil
}

// alone runs a transaction that shares its BEGIN with no other, and so needs no
// savepoint.
func (w *liteWriter) alone(ctx context.Context, p *pending) (ok []*pending, err error) {
	p.tx = &Tx{Q: Q{d: w.d, c: w.stmts}}
	if own := call(p.fn, p.tx); own != nil {
		w.rollback(ctx)
		p.result <- own
		return nil, nil
	}
	if err = w.statement(ctx, "COMMIT"); err != nil {
		w.rollback(ctx)
	}
	return []*pending{p}, err
}

// savepoint runs one transaction; own is its own failure, undone; broken says
// that the whole batch is lost.
func (w *liteWriter) savepoint(p *pending) (own, broken error) {
	ctx := context.Background()
	if err := w.statement(ctx, "SAVEPOINT one"); err != nil {
		return nil, err
	}
	p.tx = &Tx{Q: Q{d: w.d, c: w.stmts}}
	if own = call(p.fn, p.tx); own != nil {
		if err := w.statement(ctx, "ROLLBACK TO one"); err != nil {
			return nil, errors.Join(own, err)
		}
	}
	return own, w.statement(ctx, "RELEASE one")
}

// call turns a panic of one transaction into its error, so that it cannot take
// the others of its batch along.
func call(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic in transaction: %v\n%s", v, debug.Stack())
		}
	}()
	return fn(tx)
}

func (w *liteWriter) statement(ctx context.Context, text string) error {
	_, err := w.stmts.ExecContext(ctx, text)
	if err == nil {
		return nil
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_IOERR {
		w.fatal(fmt.Errorf("sqlite: %s: %w", text, err))
	}
	return fmt.Errorf("%s: %w", text, err)
}

func (w *liteWriter) rollback(ctx context.Context) {
	// After an I/O error SQLite may have rolled back by itself; then this
	// fails, and there is nothing left to undo.
	_, _ = w.stmts.ExecContext(ctx, "ROLLBACK")
}

// close lets every transaction that was taken in finish: its caller hears how
// it ended.
func (w *liteWriter) close() error {
	w.mu.Lock()
	closed := w.closed
	if w.closed = true; !closed {
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
	if closed {
		return nil
	}
	err := w.conn.Close()
	return errors.Join(err, w.pool.Close())
}
