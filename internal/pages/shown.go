package pages

import (
	"context"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
)

// Shown is the release that people are shown first of a project: its version,
// its metadata and when its first file came. version is empty when there is
// none for installers.
func Shown(ctx context.Context, q database.Q, p index.Project) (version string, m coremeta.Metadata, at time.Time, err error) {
	files, err := liveFiles(ctx, q, p)
	if err != nil {
		return "", m, at, err
	}
	g, found := pickRelease(byRelease(files), "")
	if !found {
		return "", m, at, nil
	}
	for _, f := range g.files {
		if at.IsZero() || f.UploadedAt.Before(at) {
			at = f.UploadedAt
		}
	}
	m, err = q.ReleaseMetadata(ctx, g.files[0].ReleaseID)
	return g.files[0].Version, m, at, err
}
