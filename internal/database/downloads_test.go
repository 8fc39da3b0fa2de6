package database_test

import (
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// TestSD3Downloads: counts add up by file, project and day, and the last 30 days
// are told from what came before.
func TestSD3Downloads(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		second := w.addFile(w.release, "demo-1.0-py3-none-any.whl")
		today, old := database.DayOf(noon()), database.DayOf(noon())-30
		w.write(func(tx *database.Tx) error {
			return tx.AddDownloads(w.ctx, []database.Downloads{
				{FileID: second.ID, ProjectID: w.project.ID, Day: today, N: 2},
				{FileID: w.file.ID, ProjectID: w.project.ID, Day: today, N: 3},
				{FileID: w.file.ID, ProjectID: w.project.ID, Day: old, N: 100},
			})
		})
		w.write(func(tx *database.Tx) error {
			return tx.AddDownloads(w.ctx, []database.Downloads{{FileID: w.file.ID, ProjectID: w.project.ID, Day: today, N: 4}})
		})
		for what, row := range map[string]struct {
			level index.Level
			id    int64
			since time.Time
			want  int64
		}{
			"the project today":    {index.OnProject, w.project.ID, noon(), 9},
			"the project for long": {index.OnProject, w.project.ID, noon().AddDate(0, 0, -30), 109},
			"another project":      {index.OnProject, w.project.ID + 1, noon(), 0},
			"one file":             {index.OnFile, w.file.ID, noon(), 7},
			"both files, for long": {index.OnRelease, w.release.ID, noon().AddDate(0, 0, -60), 109},
		} {
			if n, err := w.db.DownloadsSince(w.ctx, row.level, row.id, row.since); err != nil || n != row.want {
				t.Errorf("%s: %d, want %d, %v", what, n, row.want, err)
			}
		}
	})
}
