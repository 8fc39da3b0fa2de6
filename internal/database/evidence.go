package database

import (
	"context"
	"database/sql"
	"math"
	"time"

	"strongroom/internal/index"
)

// Trace is an event with the token that was used for it.
type Trace struct {
	Event
	TokenID string
	Token   string // what the token is called, "" when it is gone or there was none
}

// Traces lists the newest n events of an object since a time that have one of
// two actions.
func (q Q) Traces(ctx context.Context, object string, since time.Time, n int, action, other string) (out []Trace, err error) {
	err = q.each(ctx, `SELECT e.id, e.at, e.actor_kind, e.actor, e.address, e.user_agent, e.action, e.object, e.before, e.after, e.reason, e.token_id, COALESCE(t.description, '')
		FROM events e LEFT JOIN tokens t ON t.id = e.token_id
		WHERE e.object = $1 AND e.at >= $2 AND (e.action = $3 OR e.action = $4) ORDER BY e.id DESC LIMIT $5`,
		[]any{object, micros(since), action, other, n}, func(rows *sql.Rows) error {
			var e Trace
			err := rows.Scan(&e.ID, &e.At, &e.ActorKind, &e.Actor, &e.Address, &e.UserAgent, &e.Action, &e.Object, &e.Before, &e.After, &e.Reason, &e.TokenID, &e.Token)
			out = append(out, e)
			return err
		})
	return out, wrap("read traces of", object, err)
}

// FileDownloads is how often a file was fetched: ever, and in the last 30 days.
type FileDownloads struct{ All, Month int64 }

// FileDownloadsOf counts by file of a project; files without any are missing.
func (q Q) FileDownloadsOf(ctx context.Context, projectID int64, now time.Time) (map[int64]FileDownloads, error) {
	out := map[int64]FileDownloads{}
	err := q.each(ctx, `SELECT d.file_id, SUM(d.n), SUM(CASE WHEN d.day > $2 THEN d.n ELSE 0 END) FROM downloads d JOIN files f ON f.id = d.file_id
		WHERE f.project_id = $1 GROUP BY d.file_id`, []any{projectID, now.Unix()/86400 - 30}, func(rows *sql.Rows) error {
		var id int64
		var n FileDownloads
		err := rows.Scan(&id, &n.All, &n.Month)
		out[id] = n
		return err
	})
	return out, wrap("count downloads of project", projectID, err)
}

// UploadsBy lists the newest n files that a user uploaded since a time.
func (q Q) UploadsBy(ctx context.Context, userID int64, since time.Time, n int) (out []FileInPlace, err error) {
	err = q.each(ctx, placedColumns+` WHERE f.uploaded_by = $1 AND f.uploaded_by <> 0 AND f.uploaded_at >= $2 ORDER BY f.uploaded_at DESC LIMIT $3`,
		[]any{userID, micros(since), n}, func(rows *sql.Rows) error {
			out = append(out, FileInPlace{})
			return scanPlaced(rows, &out[len(out)-1])
		})
	return out, wrap("list uploads of user", userID, err)
}

// FlagsInProject lists the newest n flags and labels that stand or stood on a
// project, its releases and its files.
func (q Q) FlagsInProject(ctx context.Context, projectID int64, n int) (out []StoodFlag, err error) {
	err = q.eachFlag(ctx, ` WHERE (level = 'project' AND subject_id = $1)
		OR (level = 'release' AND subject_id IN (SELECT id FROM releases WHERE project_id = $1))
		OR (level = 'file' AND subject_id IN (SELECT id FROM files WHERE project_id = $1)) ORDER BY id DESC LIMIT $2`, []any{projectID, n}, func(f StoodFlag) error {
		out = append(out, f)
		return nil
	})
	return out, wrap("list flags in project", projectID, err)
}

// PlacedFlag is a flag with what it stands on.
type PlacedFlag struct {
	StoodFlag
	On Subject
}

// FlagsOfKind lists the newest n standing flags, or labels, of a kind on a level
// ("" for all), those before a key (0 for the newest).
func (q Q) FlagsOfKind(ctx context.Context, kind string, level index.Level, before int64, n int) (out []PlacedFlag, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	err = q.eachFlag(ctx, ` WHERE kind = $1 AND cleared_at = 0 AND ($2 = '' OR level = $2) AND id < $3 ORDER BY id DESC LIMIT $4`,
		[]any{kind, level, before, n}, func(f StoodFlag) error {
			out = append(out, PlacedFlag{StoodFlag: f})
			return nil
		})
	for i := 0; err == nil && i < len(out); i++ {
		out[i].On, _, err = q.SubjectByID(ctx, out[i].Level, out[i].SubjectID)
	}
	return out, wrap("list flags of kind", kind, err)
}
