package maintain

import (
	"context"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Deletion is why something is deleted, and for how long its owners may undo it.
type Deletion struct {
	Category   string // index's deletion kinds: owner, admin, malware, legal, account
	Reason     string // one public line, may be empty
	Restorable time.Duration
}

// Delete withdraws a project, a release or a file for one of its owners. Nothing
// is destroyed (SD-1).
func (a *Actions) Delete(ctx context.Context, v *access.Visitor, project index.Project, on Place, d Deletion) error {
	return a.inProject(ctx, v, access.DeleteThings, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		s, err := ownersSubject(ctx, tx, p, on)
		if err != nil {
			return err
		}
		d.Category = "owner"
		return Delete(ctx, tx, s, d)
	})
}

// Delete is the act for operators and moderators.
func Delete(ctx context.Context, tx *change.Tx, s standing.Subject, d Deletion) error {
	f := index.Flag{Kind: index.Deleted, Category: d.Category, Reason: d.Reason, Side: index.ByAdministrator}
	if d.Category == "owner" || d.Category == "" {
		f.Category, f.Side = "owner", index.ByOwner
	}
	if d.Restorable > 0 {
		f.Restorable = tx.Now.Add(d.Restorable)
	}
	_, err := SetFlag(ctx, tx, s, f, "")
	return err
}

// Restore undoes a deletion for somebody who owned the thing when it was deleted
// (SD-18).
func (a *Actions) Restore(ctx context.Context, v *access.Visitor, project index.Project, on Place) error {
	return a.inProject(ctx, v, access.DeleteThings, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		s, err := ownersSubject(ctx, tx, p, on)
		if err != nil {
			return err
		}
		return Restore(ctx, tx, s)
	})
}

// Restore is the act for operators and moderators.
func Restore(ctx context.Context, tx *change.Tx, s standing.Subject) error {
	return ClearFlag(ctx, tx, s, index.Deleted)
}
