package database

import (
	"cmp"
	"context"
	"slices"
	"time"

	"strongroom/internal/index"
)

// Downloads is how often one file was downloaded in one day (UTC).
type Downloads struct {
	FileID, ProjectID int64
	Day               int64 // days since 1970
	N                 int64
}

// DayOf is the number of a time's day in UTC.
func DayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// AddDownloads adds counts to those of their days. Rows are written in the order
// of their keys, so that two nodes never wait for each other.
func (tx *Tx) AddDownloads(ctx context.Context, counts []Downloads) error {
	if err := tx.addCounts(ctx, "downloads", "file_id", counts, func(d Downloads) int64 { return d.FileID }); err != nil {
		return err
	}
	return tx.addCounts(ctx, "project_downloads", "project_id", counts, func(d Downloads) int64 { return d.ProjectID })
}

func (tx *Tx) addCounts(ctx context.Context, table, column string, counts []Downloads, key func(Downloads) int64) error {
	type place struct{ id, day int64 }
	sums := map[place]int64{}
	for _, d := range counts {
		sums[place{key(d), d.Day}] += d.N
	}
	places := make([]place, 0, len(sums))
	for p := range sums {
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.day, b.day)) })
	insert := rowsInserter{
		into: `INSERT INTO ` + table + ` (` + column + `, day, n) VALUES `, columns: 3,
		after: ` ON CONFLICT (` + column + `, day) DO UPDATE SET n = ` + table + `.n + excluded.n`,
	}
	for _, p := range places {
		insert.add(p.id, p.day, sums[p])
	}
	return wrap("add to", table, insert.run(ctx, tx))
}

// Downloads30d is how often files of a project were downloaded in the last 30
// days, today included.
func (q Q) Downloads30d(ctx context.Context, projectID int64, now time.Time) (int64, error) {
	return q.DownloadsSince(ctx, index.OnProject, projectID, now.AddDate(0, 0, -29))
}
