package standing

import (
	"context"

	"strongroom/internal/change"
	"strongroom/internal/index"
)

// MarkOwnerless notes that nobody owns a project since an account or an
// organization is gone, which before names, and reports whether that is so
// (SD-24). Nothing else becomes of the project.
func MarkOwnerless(ctx context.Context, tx *change.Tx, p index.Project, before string) (bool, error) {
	left, err := tx.Ownerless(ctx, p.ID)
	if left {
		tx.Event(index.Event{Action: index.EventOwnerless, Object: "project:" + p.Name, Before: before})
	}
	return left, err
}
