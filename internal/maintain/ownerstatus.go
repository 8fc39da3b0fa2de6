package maintain

import (
	"context"
	"reflect"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// SetStatus makes a project what one of its owners says, in one change: of the
// flags by which owners give it a status only f stands afterwards, none for nil,
// which is active (ST-1). What stands like that already is left as it is.
func (a *Actions) SetStatus(ctx context.Context, v *access.Visitor, project index.Project, f *index.Flag) error {
	if f != nil && !isOwnersStatus(f.Kind) {
		return bad("Owners make a project active, deprecated or archived, not %q.", f.Kind)
	}
	return a.inProject(ctx, v, access.SetFlags, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		p, err := clearOthers(ctx, tx, p, f)
		if err != nil || f == nil {
			return err
		}
		s, err := ownersSubject(ctx, tx, p, Place{})
		if err != nil {
			return err
		}
		wanted := *f
		wanted.Side = index.ByOwner
		if now, stands := s.Now.Get(f.Kind); stands && SaysTheSame(now, wanted) {
			return nil
		}
		if err := ownersOnly(s.Now, f.Kind); err != nil {
			return err
		}
		_, err = SetFlag(ctx, tx, s, wanted, "")
		return err
	})
}

// clearOthers takes back what owners said of the status before, but for f's
// kind, and returns the project as it is then. What administrators said on their
// behalf stays theirs.
func clearOthers(ctx context.Context, tx *change.Tx, p index.Project, f *index.Flag) (index.Project, error) {
	for _, kind := range index.FlagKinds() {
		if !isOwnersStatus(kind.Name) || f != nil && f.Kind == kind.Name {
			continue
		}
		s, err := ownersSubject(ctx, tx, p, Place{})
		if err != nil {
			return p, err
		}
		if _, stands := s.Now.Get(kind.Name); !stands {
			continue
		}
		if err := ownersOnly(s.Now, kind.Name); err != nil {
			return p, err
		}
		if err := ClearFlag(ctx, tx, s, kind.Name); err != nil {
			return p, err
		}
		p.Standing = p.Standing.Without(kind.Name)
	}
	return p, nil
}

// isOwnersStatus holds for the kinds that owners set on a project and that
// installers hear of (PEP 792).
func isOwnersStatus(kind string) bool {
	k, ok := index.KindOf(kind)
	return ok && k.Side == index.ByOwner && k.Marker != "" && !k.Hides
}

// SaysTheSame compares what people say with two flags; when they were set, and by
// what rule or act, does not count.
func SaysTheSame(a, b index.Flag) bool {
	if !a.From.Equal(b.From) || !a.Until.Equal(b.Until) || len(a.Successors) != len(b.Successors) {
		return false
	}
	if len(a.Successors) == 0 {
		a.Successors, b.Successors = nil, nil
	}
	b.Since, b.From, b.Until, b.Pending, b.Rule, b.Act, b.Restorable = a.Since, a.From, a.Until, a.Pending, a.Rule, a.Act, a.Restorable
	return reflect.DeepEqual(a, b)
}
