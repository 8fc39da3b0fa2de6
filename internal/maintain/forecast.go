package maintain

import (
	"context"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Forecast is what a deletion would do, for who is about to confirm it (SD-3).
type Forecast struct {
	Files, Releases int
	Bytes           int64
	Downloads30d    int64
	RestorableUntil time.Time // zero: owners cannot undo it
	Refusal         string    // why owners may not delete it, "" if they may
}

// Forecast tells what Delete would do now.
func (a *Actions) Forecast(ctx context.Context, project index.Project, on Place) (f Forecast, err error) {
	q := a.Recorder.DB.Q
	s, err := standing.In(ctx, q, project, on)
	if err != nil {
		return f, err
	}
	now := a.Recorder.Clock().UTC()
	extent, err := q.ExtentOf(ctx, s.Level, s.ID)
	if err != nil {
		return f, err
	}
	f.Files, f.Releases, f.Bytes = extent.Files, extent.Releases, extent.Bytes
	if f.Downloads30d, err = q.DownloadsSince(ctx, s.Level, s.ID, now.Add(-month)); err != nil {
		return f, err
	}
	if a.Deletions.Restore > 0 {
		f.RestorableUntil = now.Add(a.Deletions.Restore)
	}
	refused := a.mayDelete(ctx, q, project, s, now)
	if e := index.AsError(refused); refused != nil && e.Code == index.CodeInternal {
		return f, refused
	} else if refused != nil {
		f.Refusal = e.Detail
	}
	return f, nil
}
