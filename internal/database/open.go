package database

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"

	"strongroom/internal/index"
)

// Options say where the rows are.
type Options struct {
	// URL is "postgres://…" or "sqlite:PATH".
	URL string
	// Readers bounds the connections that read at once; 0 means 4.
	Readers int
	// schema stops the migrations at a version, for Load; 0 means the newest.
	schema int64
}

// DB is an open database with its schema up to date. The embedded Q reads.
type DB struct {
	Q
	d      dialect
	url    string
	reader *sql.DB
	write  writer
	failed chan error
}

// writer runs a function in one transaction and returns when it is durable.
// SQLite's shares one fsync between waiting transactions; PostgreSQL does that
// by itself.
type writer interface {
	run(ctx context.Context, fn func(*Tx) error) error
	close() error
}

// Open connects, migrates the schema and returns the database. On SQLite the
// caller must make sure that it is the only process (app's folder lock).
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Readers == 0 {
		o.Readers = 4
	}
	if path, ok := strings.CutPrefix(o.URL, "sqlite:"); ok {
		return openSQLite(ctx, path, o)
	}
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		return openPostgres(ctx, o)
	}
	return nil, fmt.Errorf("open database: %q is neither sqlite:PATH nor postgres://…", redact(o.URL))
}

func openSQLite(ctx context.Context, path string, o Options) (*DB, error) {
	d := sqliteDialect()
	w, err := sql.Open("sqlite", sqliteDSN(path, false))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	w.SetMaxOpenConns(1)
	if err := migrate(ctx, w, d, o.schema); err != nil {
		w.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	r, err := sql.Open("sqlite", sqliteDSN(path, true))
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	r.SetMaxOpenConns(o.Readers)
	r.SetMaxIdleConns(o.Readers)
	db := &DB{Q: Q{d: d, c: newPrepared(r)}, d: d, url: o.URL, reader: r, failed: make(chan error, 1)}
	lw, err := newLiteWriter(ctx, w, d, db.fail)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.write = lw
	return db, nil
}

// sqliteDSN sets WAL and synchronous=FULL, which is not negotiable: NORMAL
// loses committed transactions when the power fails (security-bar 4.1).
func sqliteDSN(path string, readOnly bool) string {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(10000)")
	q.Add("_pragma", "journal_mode(WAL)")
	q.Add("_pragma", "synchronous(FULL)")
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "temp_store(MEMORY)")
	if readOnly {
		q.Add("_pragma", "query_only(1)")
		q.Add("_pragma", "cache_size(-2000)")
	} else {
		q.Add("_pragma", "cache_size(-8000)")
		// Each checkpoint syncs the whole file; hot pages are written to it
		// once for many commits. 16 MB of log are read back in a moment.
		q.Add("_pragma", "wal_autocheckpoint(4000)")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func openPostgres(ctx context.Context, o Options) (*DB, error) {
	d := postgresDialect()
	pool, err := sql.Open("pgx", o.URL)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", redact(o.URL), err)
	}
	pool.SetMaxOpenConns(o.Readers + 12)
	pool.SetMaxIdleConns(o.Readers + 12)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := migrate(ctx, pool, d, o.schema); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database %s: %w", redact(o.URL), err)
	}
	db := &DB{Q: Q{d: d, c: pool}, d: d, url: o.URL, reader: pool, failed: make(chan error, 1)}
	db.write = &pgWriter{pool: pool, d: d}
	return db, nil
}

func redact(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return "(unreadable)"
	}
	return u.Redacted()
}

// Write runs fn in one transaction. A nil return means that everything fn
// wrote is durable; any error means that nothing of it is, unless the
// connection to a server broke during the commit. fn may run more than once
// and must not keep what it read in an earlier run. The context's values reach
// fn; its cancellation does not interrupt a transaction that has begun.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := db.write.run(context.WithoutCancel(ctx), fn)
	if isFull(err) {
		return &index.Error{Code: index.CodeStorageFull, Detail: "The server's database has no space left. Nothing was changed; tell the administrators and try again later.", Retry: 300, Err: err}
	}
	return err
}

// Snapshot runs fn with a reader for which no change becomes visible half-way.
func (db *DB) Snapshot(ctx context.Context, fn func(Q) error) error {
	tx, err := db.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: db.d.snapshot})
	if err != nil {
		return fmt.Errorf("begin snapshot: %w", err)
	}
	defer tx.Rollback()
	return fn(Q{d: db.d, c: tx})
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.reader.PingContext(ctx) }

// Failed delivers an error after which nothing that the database says about
// durability can be trusted (an fsync of its file failed). The process must
// exit; recovery happens at the next start.
func (db *DB) Failed() <-chan error { return db.failed }

func (db *DB) fail(err error) {
	select {
	case db.failed <- err:
	default:
	}
}

// Postgres reports whether several nodes may share this database.
func (db *DB) Postgres() bool { return db.d.name == "postgres" }

// URL is the address the database was opened with.
func (db *DB) URL() string { return db.url }

// Close ends all connections; running transactions finish first.
func (db *DB) Close() error {
	err := db.write.close()
	if e := db.reader.Close(); err == nil {
		err = e
	}
	return err
}
