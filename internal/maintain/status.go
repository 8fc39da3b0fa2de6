package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Place is a part of a project: see standing.Place.
type Place = standing.Place

// SetFlag yanks, deprecates or archives a part of a project for somebody who may,
// and returns the flag as it stands.
func (a *Actions) SetFlag(ctx context.Context, v *access.Visitor, project index.Project, on Place, f index.Flag) (set index.Flag, err error) {
	right, err := rightFor(f.Kind)
	if err != nil {
		return f, err
	}
	err = a.inProject(ctx, v, right, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		s, err := ownersSubject(ctx, tx, p, on)
		if err != nil {
			return err
		}
		if err := ownersOnly(s.Now, f.Kind); err != nil {
			return err
		}
		f.Side = index.ByOwner
		set, err = SetFlag(ctx, tx, s, f, "")
		return err
	})
	return set, err
}

// ClearFlag takes back what SetFlag did.
func (a *Actions) ClearFlag(ctx context.Context, v *access.Visitor, project index.Project, on Place, kind string) error {
	right, err := rightFor(kind)
	if err != nil {
		return err
	}
	return a.inProject(ctx, v, right, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		s, err := ownersSubject(ctx, tx, p, on)
		if err != nil {
			return err
		}
		if err := ownersOnly(s.Now, kind); err != nil {
			return err
		}
		return ClearFlag(ctx, tx, s, kind)
	})
}

// ownersOnly refuses to owners what administrators said on their behalf: they
// neither clear it nor put their own in its place.
func ownersOnly(now index.Standing, kind string) error {
	if f, stands := now.Get(kind); stands && f.Side == index.ByAdministrator {
		return index.Refuse(index.CodeProjectLocked, "Administrators set the flag %q; only they can clear it.", kind)
	}
	return nil
}

// SetFlag is the act for operators, who may set every kind. All who should know
// are told by mail (ST-14). Deletions go the way of Delete.
func SetFlag(ctx context.Context, tx *change.Tx, s standing.Subject, f index.Flag, note string) (index.Flag, error) {
	set, err := standing.Set(ctx, tx, s, f, note)
	if err != nil {
		return f, err
	}
	return set, TellSet(ctx, tx, s, set)
}

// ClearFlag takes back what SetFlag did.
func ClearFlag(ctx context.Context, tx *change.Tx, s standing.Subject, kind string) error {
	was, _ := s.Now.Get(kind)
	if err := standing.Clear(ctx, tx, s, kind); err != nil {
		return err
	}
	return TellCleared(ctx, tx, s, was)
}

// rightFor is the right that an owner's flag needs.
func rightFor(kind string) (access.Right, error) {
	k, ok := index.KindOf(kind)
	if !ok || k.Side != index.ByOwner || k.Hides {
		return "", index.Refuse(index.CodeInvalidForm, "Owners set no flag %q: they yank, deprecate and archive.", kind)
	}
	if k.Yanks {
		return access.YankReleases, nil
	}
	return access.SetFlags, nil
}

// ownersSubject finds a part of a project that its owners may change now: it is
// not deleted, and administrators did not withdraw or lock it (SN-2, SD-4).
func ownersSubject(ctx context.Context, tx *change.Tx, p index.Project, on Place) (standing.Subject, error) {
	s, err := standing.In(ctx, tx.Q, p, on)
	if err != nil {
		return s, err
	}
	levels, err := standing.Levels(ctx, tx.Q, p, s)
	if err != nil {
		return s, err
	}
	for _, at := range levels {
		if f, ok := at.Standing.Get(index.Deleted); ok {
			return s, index.Refuse(deletedCode(at.Level), "The %s was deleted on %s; restore it first.", at.Level, f.Since.Format("2006-01-02"))
		}
	}
	return s, ownersMay(p, levels)
}

// ownersMay refuses changes of what administrators hold, whatever gives somebody
// the right to them (SN-2).
func ownersMay(p index.Project, levels []index.At) error {
	f, held := heldBy(levels)
	if !held {
		return nil
	}
	k, _ := index.KindOf(f.Kind)
	return index.Refuse(k.RefusesUpload, "Project %q cannot be changed: %s.", p.Name, index.StatusOf(levels...).Phrase())
}

// ownersMayIn is ownersMay for changes of the project as a whole.
func ownersMayIn(p index.Project) error {
	return ownersMay(p, []index.At{{Level: index.OnProject, Standing: p.Standing}})
}
