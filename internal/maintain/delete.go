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
	Category   string // of index.Deleted: owner, admin, malware, legal, account
	Reason     string // one public line, may be empty
	Restorable time.Duration
}

// Delete withdraws a project, a release or a file for one of its owners. Nothing
// is destroyed (SD-1).
func (a *Actions) Delete(ctx context.Context, v *access.Visitor, project index.Project, on Place, reason string) error {
	return a.inProject(ctx, v, access.DeleteThings, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		s, err := standing.In(ctx, tx.Q, p, on)
		if err != nil {
			return err
		}
		if err := a.mayDelete(ctx, tx.Q, p, s, tx.Now); err != nil {
			return err
		}
		return Delete(ctx, tx, s, Deletion{Category: "owner", Reason: reason, Restorable: a.Deletions.Restore})
	})
}

// Delete is the act for operators and closing accounts. Owners cannot undo what
// was malware or went by law, whatever Restorable says (SD-18).
func Delete(ctx context.Context, tx *change.Tx, s standing.Subject, d Deletion) error {
	f := index.Flag{Kind: index.Deleted, Category: d.Category, Reason: d.Reason, Side: index.ByAdministrator}
	if d.Category == "owner" {
		f.Side = index.ByOwner
	}
	if d.Restorable > 0 && !onlyAdministratorsRestore(d.Category) {
		f.Restorable = tx.Now.Add(d.Restorable)
	}
	_, err := SetFlag(ctx, tx, s, f, "")
	return err
}

func onlyAdministratorsRestore(category string) bool {
	return category == "malware" || category == "legal"
}
