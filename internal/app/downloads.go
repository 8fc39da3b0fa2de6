package app

import (
	"context"
	"time"
)

// flushDownloads is how long a count of downloads may stand in memory only.
const flushDownloads = 10 * time.Second

// keepCounting writes what was downloaded every few seconds and at the end.
func (a *App) keepCounting(ctx context.Context) {
	a.every(ctx, flushDownloads, a.Downloads.Flush)
	if err := a.Downloads.Flush(context.WithoutCancel(ctx)); err != nil {
		a.Log.Warn("downloads", "error", err.Error())
	}
}
