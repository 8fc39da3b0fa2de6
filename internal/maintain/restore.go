package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Restore undoes a deletion for somebody who owned the thing when it was deleted,
// until the deadline, and for administrators after it (SD-18). It is all or
// nothing: what stands in the way is listed in the refusal (SD-20).
func (a *Actions) Restore(ctx context.Context, v *access.Visitor, project index.Project, on Place) error {
	return a.do(ctx, v, func(tx *change.Tx, v *access.Visitor) error {
		p, err := HoldProject(ctx, tx, project)
		if err != nil {
			return err
		}
		s, err := standing.In(ctx, tx.Q, p, on)
		if err != nil {
			return err
		}
		if err := a.mayRestore(ctx, tx, v, p, s); err != nil {
			return err
		}
		if err := a.condition.ask(ctx, tx.Q); err != nil {
			return err
		}
		return Restore(ctx, tx, s)
	})
}

// mayRestore asks who owned the thing then, not who has a role in it now.
func (a *Actions) mayRestore(ctx context.Context, tx *change.Tx, v *access.Visitor, p index.Project, s standing.Subject) error {
	f, found, err := tx.StandingFlag(ctx, s.Level, s.ID, index.Deleted)
	if err != nil {
		return err
	}
	owned, err := tx.OwnedAt(ctx, f.ID, v.User.ID)
	if err != nil {
		return err
	}
	seen := p
	seen.Private = p.Private && !owned // who owned it knows of it
	if err := a.Guard.May(ctx, tx.Q, v, access.RestoreThings, seen); err != nil {
		return err
	}
	switch {
	case !found:
		return index.Refuse(index.CodeNotRestorable, "%s is not deleted.", s)
	case v.User.Superuser:
		return nil
	case !owned:
		return index.Refuse(index.CodeNotAllowed, "Only who owned %s when it was deleted can restore it, and the administrators.", s)
	}
	levels, err := standing.Levels(ctx, tx.Q, p, s)
	if err != nil {
		return err
	}
	if held, is := heldBy(levels); is {
		return index.Refuse(index.CodeLocked, "%s cannot be restored by its owners: administrators set the flag %q. Ask them.", s, held.Kind)
	}
	return inTime(tx, s, f.Flag)
}

// inTime asks the deadline of a deletion.
func inTime(tx *change.Tx, s standing.Subject, f index.Flag) error {
	switch {
	case onlyAdministratorsRestore(f.Category):
		return index.Refuse(index.CodeNotRestorable, "%s was deleted as %s; only the administrators can restore it.", s, f.Category)
	case f.Restorable.IsZero():
		return index.Refuse(index.CodeNotRestorable, "Owners cannot restore %s; ask the administrators.", s)
	case !tx.Now.Before(f.Restorable):
		return index.Refuse(index.CodeNotRestorable, "%s could be restored until %s; ask the administrators.", s, f.Restorable.Format("2006-01-02 15:04 UTC"))
	}
	return nil
}

// Restore is the act for operators, whom no deadline binds.
func Restore(ctx context.Context, tx *change.Tx, s standing.Subject) error {
	return ClearFlag(ctx, tx, s, index.Deleted)
}

// RestoreIntoQuarantine brings the content of a project back whose name somebody
// else has: only administrators ever see it (SD-17).
func RestoreIntoQuarantine(ctx context.Context, tx *change.Tx, s standing.Subject, reason string) error {
	if _, err := standing.Set(ctx, tx, s, index.Flag{Kind: index.Quarantined, Reason: reason}, ""); err != nil {
		return err
	}
	s, _, err := standing.FindByID(ctx, tx, s.Level, s.ID)
	if err != nil {
		return err
	}
	return Restore(ctx, tx, s)
}
