package database

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"strongroom/internal/index"
)

// Known is a public project that others may be mistaken for.
type Known struct {
	Name      string
	Downloads int64 // in the 30 days before
	Rank      int   // how many projects are downloaded more, or are older where nothing was counted
}

// nameBatch is how many names one statement looks for; it is always the same, so
// that one statement is prepared.
const nameBatch = 256

// KnownAmong finds those of the names that public projects hold which offer
// files, with how much they are used.
func (q Q) KnownAmong(ctx context.Context, names []string, now time.Time) (out []Known, err error) {
	for len(names) > 0 {
		n := min(len(names), nameBatch)
		found, err := q.heldAmong(ctx, names[:n])
		if err != nil {
			return nil, wrap("look for names like", names[0], err)
		}
		names = names[n:]
		for _, p := range found {
			k, err := q.known(ctx, p, now)
			if err != nil {
				return nil, err
			}
			out = append(out, k)
		}
	}
	return out, nil
}

func (q Q) heldAmong(ctx context.Context, names []string) (out []index.Project, err error) {
	args, marks := make([]any, nameBatch), make([]string, nameBatch)
	for i := range args {
		if args[i], marks[i] = "", "$"+strconv.Itoa(i+1); i < len(names) {
			args[i] = names[i]
		}
	}
	err = q.each(ctx, `SELECT p.id, p.name, p.created_at FROM names n JOIN projects p ON p.id = n.project_id
		WHERE n.name IN (`+strings.Join(marks, ", ")+`) AND p.private = 0 AND p.withdrawn = 0 ORDER BY p.name`, args, func(rows *sql.Rows) error {
		var p index.Project
		var created int64
		err := rows.Scan(&p.ID, &p.Name, &created)
		p.CreatedAt = fromMicros(created)
		out = append(out, p)
		return err
	})
	return out, err
}

func (q Q) known(ctx context.Context, p index.Project, now time.Time) (k Known, err error) {
	since := now.Add(-30 * 24 * time.Hour)
	k.Name = p.Name
	if k.Downloads, err = q.DownloadsSince(ctx, index.OnProject, p.ID, since); err != nil {
		return k, err
	}
	if k.Downloads > 0 {
		_, err = q.one(ctx, `SELECT COUNT(*) FROM (SELECT project_id FROM project_downloads WHERE day >= $1 GROUP BY project_id HAVING SUM(n) > $2) AS more`,
			[]any{DayOf(since), k.Downloads}, &k.Rank)
	} else {
		_, err = q.one(ctx, `SELECT COUNT(*) FROM projects WHERE created_at < $1`, []any{micros(p.CreatedAt)}, &k.Rank)
	}
	return k, wrap("rank project", p.Name, err)
}
