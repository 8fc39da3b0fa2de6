package database_test

import (
	"testing"
	"time"

	"strongroom/internal/database"
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
			read func() (int64, error)
			want int64
		}{
			"the project's last 30 days": {func() (int64, error) { return w.db.Downloads30d(w.ctx, w.project.ID, noon()) }, 9},
			"a day earlier":              {func() (int64, error) { return w.db.Downloads30d(w.ctx, w.project.ID, noon().AddDate(0, 0, -1)) }, 109},
			"another project":            {func() (int64, error) { return w.db.Downloads30d(w.ctx, w.project.ID+1, noon()) }, 0},
			"one file":                   {func() (int64, error) { return w.db.DownloadsSince(w.ctx, noon(), w.file.ID) }, 7},
			"both files, for long": {func() (int64, error) {
				return w.db.DownloadsSince(w.ctx, noon().Add(-60*24*time.Hour), w.file.ID, second.ID)
			}, 109},
		} {
			if n, err := row.read(); err != nil || n != row.want {
				t.Errorf("%s: %d, want %d, %v", what, n, row.want, err)
			}
		}
	})
}
