package database

import (
	"context"
	"database/sql"
	"time"

	"strongroom/internal/index"
)

const reportColumns = `SELECT id, uid, name, version, filename, sha256, kind, text, path, line, url, reporter_id, reporter, sealed_email, trusted, address, state,
	downloads, uploaded_at, created_at, decided_by, decided_at, note, act FROM reports`

// InsertReport keeps a report.
func (tx *Tx) InsertReport(ctx context.Context, r index.Report) error {
	_, err := tx.exec(ctx, `INSERT INTO reports (uid, name, version, filename, sha256, kind, text, path, line, url, reporter_id, reporter, sealed_email, trusted,
		address, state, downloads, uploaded_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		r.UID, r.Name, r.Version, r.Filename, r.SHA256, r.Kind, r.Text, r.Path, r.Line, r.URL, r.ReporterID, r.Reporter, r.SealedEmail, boolInt(r.Trusted),
		r.Address, r.State, r.Downloads, micros(r.UploadedAt), micros(r.CreatedAt))
	return wrap("insert report", r.UID, err)
}

// UpdateReport writes what a decision, or its undoing, changes of a report.
func (tx *Tx) UpdateReport(ctx context.Context, r index.Report) error {
	_, err := tx.exec(ctx, `UPDATE reports SET state = $2, decided_by = $3, decided_at = $4, note = $5, act = $6 WHERE uid = $1`,
		r.UID, r.State, r.DecidedBy, micros(r.DecidedAt), r.Note, r.Act)
	return wrap("update report", r.UID, err)
}

// Report finds one report.
func (q Q) Report(ctx context.Context, uid string) (r index.Report, found bool, err error) {
	list, err := q.reports(ctx, reportColumns+` WHERE uid = $1`, uid)
	if err != nil || len(list) == 0 {
		return r, false, wrap("read report", uid, err)
	}
	return list[0], true, nil
}

// LockReport is Report, held until the transaction ends.
func (tx *Tx) LockReport(ctx context.Context, uid string) (r index.Report, found bool, err error) {
	list, err := tx.reports(ctx, reportColumns+` WHERE uid = $1`+tx.d.forUpdate, uid)
	if err != nil || len(list) == 0 {
		return r, false, wrap("lock report", uid, err)
	}
	return list[0], true, nil
}

// OpenReports lists the reports on which nobody decided yet, the oldest first.
func (q Q) OpenReports(ctx context.Context, limit int) ([]index.Report, error) {
	list, err := q.reports(ctx, reportColumns+` WHERE state = 'received' ORDER BY created_at, id LIMIT $1`, limit)
	return list, wrap("list", "open reports", err)
}

// ReportsOf lists the reports on a name, the newest first, those that nobody
// confirmed left out.
func (q Q) ReportsOf(ctx context.Context, name string, limit int) ([]index.Report, error) {
	list, err := q.reports(ctx, reportColumns+` WHERE name = $1 AND state <> 'unconfirmed' ORDER BY id DESC LIMIT $2`, name, limit)
	return list, wrap("list reports of", name, err)
}

// OpenReportsOf lists the undecided reports on a name, the oldest first.
func (q Q) OpenReportsOf(ctx context.Context, name string) ([]index.Report, error) {
	list, err := q.reports(ctx, reportColumns+` WHERE name = $1 AND state = 'received' ORDER BY id`, name)
	return list, wrap("list open reports of", name, err)
}

// ReportsBy lists what a user reported, the newest first (SN-13).
func (q Q) ReportsBy(ctx context.Context, userID int64, limit int) ([]index.Report, error) {
	list, err := q.reports(ctx, reportColumns+` WHERE reporter_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`, userID, limit)
	return list, wrap("list reports of user", userID, err)
}

// ReportsBefore lists reports of all names and states but unconfirmed, the
// newest first, from the one with the key before on; 0 begins.
func (q Q) ReportsBefore(ctx context.Context, before int64, limit int) ([]index.Report, error) {
	list, err := q.reports(ctx, reportColumns+` WHERE state <> 'unconfirmed' AND ($1 = 0 OR id < $1) ORDER BY id DESC LIMIT $2`, before, limit)
	return list, wrap("list reports before", before, err)
}

// DropUnconfirmed deletes reports that nobody confirmed since a time.
func (tx *Tx) DropUnconfirmed(ctx context.Context, before time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM reports WHERE state = 'unconfirmed' AND created_at < $1`, micros(before))
	return wrap("drop", "unconfirmed reports", err)
}

func (q Q) reports(ctx context.Context, text string, args ...any) (out []index.Report, err error) {
	err = q.each(ctx, text, args, func(rows *sql.Rows) error {
		var r index.Report
		var uploaded, created, decided int64
		err := rows.Scan(&r.ID, &r.UID, &r.Name, &r.Version, &r.Filename, &r.SHA256, &r.Kind, &r.Text, &r.Path, &r.Line, &r.URL, &r.ReporterID, &r.Reporter,
			&r.SealedEmail, &r.Trusted, &r.Address, &r.State, &r.Downloads, &uploaded, &created, &r.DecidedBy, &decided, &r.Note, &r.Act)
		r.UploadedAt, r.CreatedAt, r.DecidedAt = fromMicros(uploaded), fromMicros(created), fromMicros(decided)
		out = append(out, r)
		return err
	})
	return out, err
}

// Exposure is how much a project matters to the queue of reports.
type Exposure struct {
	Downloads  int64     // in the 30 days up to the day
	UploadedAt time.Time // the newest file, zero for none
}

// ExposureOf reads how much a project is used and when it last changed.
func (q Q) ExposureOf(ctx context.Context, projectID int64, now time.Time) (e Exposure, err error) {
	var uploaded int64
	if e.Downloads, err = q.Downloads30d(ctx, projectID, now); err == nil {
		_, err = q.one(ctx, `SELECT COALESCE(MAX(uploaded_at), 0) FROM files WHERE project_id = $1`, []any{projectID}, &uploaded)
	}
	e.UploadedAt = fromMicros(uploaded)
	return e, wrap("read exposure of project", projectID, err)
}
