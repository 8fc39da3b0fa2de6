package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Place is a part of a project: a release, a file, or all of it when both are
// empty. Version is canonical.
type Place struct{ Version, File string }

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
		if f, ok := s.Now.Get(kind); ok && f.Side == index.ByAdministrator {
			return index.Refuse(index.CodeProjectLocked, "Administrators set the flag %q; only they can clear it.", kind)
		}
		return ClearFlag(ctx, tx, s, kind)
	})
}

// SetFlag is the act for operators and moderators, who may set every kind. All
// who should know are told by mail.
func SetFlag(ctx context.Context, tx *change.Tx, s standing.Subject, f index.Flag, note string) (index.Flag, error) {
	return standing.Set(ctx, tx, s, f, note)
}

// ClearFlag takes back what SetFlag did.
func ClearFlag(ctx context.Context, tx *change.Tx, s standing.Subject, kind string) error {
	return standing.Clear(ctx, tx, s, kind)
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

// ownersSubject finds a part of a project that its owners may change now:
// administrators did not withdraw or lock it (SN-2, SD-4).
func ownersSubject(ctx context.Context, tx *change.Tx, p index.Project, on Place) (standing.Subject, error) {
	s, err := standing.Find(ctx, tx, p.Name, on.Version, on.File)
	if err != nil {
		return s, err
	}
	return s, ownersMay(p)
}

// ownersMay refuses changes of what administrators hold.
func ownersMay(p index.Project) error {
	for _, f := range p.Standing {
		if k, ok := index.KindOf(f.Kind); ok && k.Side == index.ByAdministrator && k.RefusesUpload != "" && !f.Pending {
			return index.Refuse(k.RefusesUpload, "Project %q cannot be changed: %s.", p.Name, index.StatusOf(index.At{Level: index.OnProject, Standing: p.Standing}).Phrase())
		}
	}
	return nil
}
