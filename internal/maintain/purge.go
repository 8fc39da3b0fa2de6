package maintain

import (
	"context"

	"strongroom/internal/change"
	"strongroom/internal/notify"
	"strongroom/internal/standing"
)

// Purge removes the bytes of something that was deleted or removed, for good; it
// is for administrators (SD-21). It returns the keys of storage whose bytes go: a
// job unlinks them after the change. Bytes that another file has too stay (SD-23).
func Purge(ctx context.Context, tx *change.Tx, s standing.Subject, category, reason string) (removed []string, err error) {
	if removed, err = standing.Purge(ctx, tx, s, category, reason); err != nil {
		return nil, err
	}
	return removed, tellPeople(ctx, tx, s, notify.Purged, notify.Data{Reason: purgeReason(category, reason)}, false)
}

func purgeReason(category, reason string) string {
	if reason == "" {
		return category
	}
	return category + ": " + reason
}
