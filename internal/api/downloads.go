package api

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/pages"
)

// Downloads counts downloads of files in memory, so that serving one writes
// nothing (SD-3, SN-14). A crash loses what was counted since the last Flush.
type Downloads struct {
	DB    *database.DB
	Clock func() time.Time

	mu     sync.Mutex
	counts map[downloadKey]int64
}

type downloadKey struct{ file, project, day int64 }

// add counts one download.
func (d *Downloads) add(fileID, projectID int64) {
	key := downloadKey{fileID, projectID, database.DayOf(d.Clock())}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counts == nil {
		d.counts = map[downloadKey]int64{}
	}
	d.counts[key]++
}

// Flush adds what was counted to the database. What could not be written is
// counted again.
func (d *Downloads) Flush(ctx context.Context) error {
	d.mu.Lock()
	counts := d.counts
	d.counts = nil
	d.mu.Unlock()
	if len(counts) == 0 {
		return nil
	}
	rows := make([]database.Downloads, 0, len(counts))
	for key, n := range counts {
		rows = append(rows, database.Downloads{FileID: key.file, ProjectID: key.project, Day: key.day, N: n})
	}
	err := d.DB.Write(ctx, func(tx *database.Tx) error { return tx.AddDownloads(ctx, rows) })
	if err != nil {
		d.giveBack(counts)
	}
	return err
}

func (d *Downloads) giveBack(counts map[downloadKey]int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, n := range d.counts {
		counts[key] += n
	}
	d.counts = counts
}

// count counts the answer to a request for a file: the whole file, or a part
// from its beginning. Who goes on with a download was counted already.
func (d *Downloads) count(r *http.Request, st *pages.FileState, status int, h http.Header) {
	if r.Method != http.MethodGet {
		return
	}
	if status == http.StatusOK || status == http.StatusPartialContent && strings.HasPrefix(h.Get("Content-Range"), "bytes 0-") {
		d.add(st.ID, st.ProjectID)
	}
}
