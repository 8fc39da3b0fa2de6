package database

import (
	"context"

	"strongroom/internal/index"
)

// SetModerator makes an account moderator of the index, or takes that back.
func (tx *Tx) SetModerator(ctx context.Context, userID int64, on bool) error {
	_, err := tx.exec(ctx, `UPDATE users SET moderator = $2 WHERE id = $1`, userID, boolInt(on))
	return wrap("set moderator", userID, err)
}

// SetTrusted lets the reports of an account count more, or takes that back.
func (tx *Tx) SetTrusted(ctx context.Context, userID int64, on bool) error {
	_, err := tx.exec(ctx, `UPDATE users SET trusted_reporter = $2 WHERE id = $1`, userID, boolInt(on))
	return wrap("set trusted reporter", userID, err)
}

// Staff lists who moderates or administers the index, by key; closed accounts
// are left out.
func (q Q) Staff(ctx context.Context) ([]index.User, error) {
	list, err := q.users(ctx, userColumns+` WHERE (u.moderator = 1 OR u.superuser = 1) AND u.closed_at = 0 ORDER BY u.id`)
	return list, wrap("list", "moderators", err)
}

// AddProjectDownloads adds to what was counted of a project on the day of a time.
func (tx *Tx) AddProjectDownloads(ctx context.Context, projectID int64, at time.Time, n int64) error {
	_, err := tx.exec(ctx, `INSERT INTO project_downloads (project_id, day, n) VALUES ($1, $2, $3)
		ON CONFLICT (project_id, day) DO UPDATE SET n = project_downloads.n + excluded.n`, projectID, at.Unix()/86400, n)
	return wrap("add downloads of project", projectID, err)
}
