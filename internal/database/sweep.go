package database

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// unreferencedBatch is how many keys one statement looks up.
const unreferencedBatch = 500

// Unreferenced returns those of the blobs that no file names, or only purged
// ones, in the order given: what a sweep may condemn.
func (q Q) Unreferenced(ctx context.Context, sha256 []string) ([]string, error) {
	var out []string
	for batch := range slices.Chunk(sha256, unreferencedBatch) {
		named, err := q.referenced(ctx, batch)
		if err != nil {
			return nil, err
		}
		for _, key := range batch {
			if !named[key] {
				out = append(out, key)
			}
		}
	}
	return out, nil
}

// referenced fills a short batch up with its last key, so that the statement
// is always the same.
func (q Q) referenced(ctx context.Context, batch []string) (map[string]bool, error) {
	args := make([]any, unreferencedBatch)
	for i := range args {
		args[i] = batch[min(i, len(batch)-1)]
	}
	list := places(1, unreferencedBatch)
	named := map[string]bool{}
	err := q.each(ctx, `SELECT sha256 FROM files WHERE purged_at = 0 AND sha256 IN `+list+`
		UNION SELECT metadata_sha256 FROM files WHERE purged_at = 0 AND metadata_sha256 IN `+list,
		args, func(rows *sql.Rows) error {
			var key string
			err := rows.Scan(&key)
			named[key] = true
			return err
		})
	return named, wrap("look up references of", fmt.Sprint(len(batch), " blobs"), err)
}

// places is a list of n placeholders, the first of which is $from.
func places(from, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%c$%d", "(,"[min(i, 1)], from+i)
	}
	return b.String() + ")"
}

// Condemned lists the blobs whose bytes a sweep is about to unlink, or has
// unlinked without getting as far as to forget the row.
func (q Q) Condemned(ctx context.Context) ([]string, error) {
	return q.texts(ctx, `SELECT sha256 FROM blobs WHERE condemned_at <> 0 AND purged_at = 0 ORDER BY sha256`)
}

// LockCondemned holds the row of a blob until the transaction ends and reports
// whether it is condemned still. As long as it is held, AddBlob waits.
func (tx *Tx) LockCondemned(ctx context.Context, sha256 string) (bool, error) {
	var at int64
	found, err := tx.one(ctx, `SELECT condemned_at FROM blobs WHERE sha256 = $1`+tx.d.forUpdate, []any{sha256}, &at)
	return found && at != 0, wrap("lock blob", sha256, err)
}

// holdPrefix begins the keys of holds in the table instance. The value is when
// the hold lapses, for a holder that died.
const holdPrefix = "hold:"

// HoldBlobs keeps the sweeps of all nodes from removing any bytes until a time,
// or until ReleaseBlobs. Calling it again moves the time. A sweep asks
// BlobsHeld last in each of its transactions: whatever it did before became
// visible before the hold did.
func (tx *Tx) HoldBlobs(ctx context.Context, holder string, now, until time.Time) error {
	if _, err := tx.exec(ctx, `DELETE FROM instance WHERE key LIKE '`+holdPrefix+`%' AND CAST(value AS BIGINT) < $1`, micros(now)); err != nil {
		return wrap("drop lapsed holds at", now, err)
	}
	return tx.PutSetting(ctx, holdPrefix+holder, fmt.Sprint(micros(until)))
}

// ReleaseBlobs ends a hold and reports whether it lasted until now. If not,
// sweeps may have run meanwhile.
func (tx *Tx) ReleaseBlobs(ctx context.Context, holder string, now time.Time) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM instance WHERE key = $1 AND CAST(value AS BIGINT) >= $2`, holdPrefix+holder, micros(now))
	return n == 1, wrap("release hold of", holder, err)
}

// BlobsHeld reports whether anybody keeps sweeps away.
func (q Q) BlobsHeld(ctx context.Context, now time.Time) (bool, error) {
	var one int
	held, err := q.one(ctx, `SELECT 1 FROM instance WHERE key LIKE '`+holdPrefix+`%' AND CAST(value AS BIGINT) >= $1 LIMIT 1`, []any{micros(now)}, &one)
	return held, wrap("read holds at", now, err)
}
