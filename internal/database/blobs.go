package database

import (
	"context"
	"database/sql"
)

// AddBlob records that a blob is referenced. It reports true when the sweep
// had condemned it: then the bytes may be gone and must be stored again before
// the transaction commits.
func (tx *Tx) AddBlob(ctx context.Context, sha256 string, size, at int64) (condemned bool, err error) {
	for {
		n, err := tx.exec(ctx, `INSERT INTO blobs (sha256, size, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, sha256, size, at)
		if err != nil || n == 1 {
			return false, wrap("add blob", sha256, err)
		}
		var condemnedAt int64
		found, err := tx.one(ctx, `SELECT condemned_at FROM blobs WHERE sha256 = $1`+tx.d.forUpdate, []any{sha256}, &condemnedAt)
		if err != nil {
			return false, wrap("lock blob", sha256, err)
		}
		if !found {
			continue // a sweep forgot the row while this waited for its lock
		}
		if condemnedAt == 0 {
			return false, nil
		}
		_, err = tx.exec(ctx, `UPDATE blobs SET condemned_at = 0, purged_at = 0 WHERE sha256 = $1`, sha256)
		return true, wrap("save blob", sha256, err)
	}
}

// Blob is a row of the blob registry.
type Blob struct {
	SHA256 string
	Size   int64
}

// Blobs streams every blob that rows know, by key.
func (q Q) Blobs(ctx context.Context, fn func(Blob) error) error {
	return q.each(ctx, `SELECT sha256, size FROM blobs WHERE condemned_at = 0 ORDER BY sha256`, nil, func(rows *sql.Rows) error {
		var b Blob
		if err := rows.Scan(&b.SHA256, &b.Size); err != nil {
			return err
		}
		return fn(b)
	})
}

// HasBlob reports whether rows know the blob.
func (q Q) HasBlob(ctx context.Context, sha256 string) (bool, error) {
	var one int
	return q.one(ctx, `SELECT 1 FROM blobs WHERE sha256 = $1 AND condemned_at = 0`, []any{sha256}, &one)
}

// Condemn marks a blob that no file names, or makes the row of an orphan that
// no row knew, so that its bytes may be unlinked. It reports false when
// something names it.
func (tx *Tx) Condemn(ctx context.Context, sha256 string, size, at int64) (bool, error) {
	if _, err := tx.exec(ctx, `INSERT INTO blobs (sha256, size, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, sha256, size, at); err != nil {
		return false, wrap("condemn blob", sha256, err)
	}
	var one int
	if _, err := tx.one(ctx, `SELECT 1 FROM blobs WHERE sha256 = $1`+tx.d.forUpdate, []any{sha256}, &one); err != nil {
		return false, wrap("lock blob", sha256, err)
	}
	return tx.CondemnPurged(ctx, sha256, at)
}

// CondemnPurged is Condemn for a blob that rows know: it reports false when a
// file needs its bytes, that is one that names it and was not purged (SD-23).
func (tx *Tx) CondemnPurged(ctx context.Context, sha256 string, at int64) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE blobs SET condemned_at = $2, purged_at = 0 WHERE sha256 = $1
		AND NOT EXISTS (SELECT 1 FROM files WHERE sha256 = $1 AND purged_at = 0)
		AND NOT EXISTS (SELECT 1 FROM files WHERE metadata_sha256 = $1 AND purged_at = 0)`, sha256, at)
	return n == 1, wrap("condemn blob", sha256, err)
}

// Forget removes the row of a condemned blob whose bytes are gone at that time.
// The row of what was purged stays, for the tombstone of its file.
func (tx *Tx) Forget(ctx context.Context, sha256 string, at int64) error {
	n, err := tx.exec(ctx, `UPDATE blobs SET purged_at = $2 WHERE sha256 = $1 AND condemned_at <> 0 AND EXISTS (SELECT 1 FROM files WHERE sha256 = $1)`, sha256, at)
	if err == nil && n == 0 {
		_, err = tx.exec(ctx, `DELETE FROM blobs WHERE sha256 = $1 AND condemned_at <> 0`, sha256)
	}
	return wrap("forget blob", sha256, err)
}
