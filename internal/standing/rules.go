package standing

import (
	"context"
	"slices"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/packaging/pep440"
)

// AddRule keeps a rule of a project, whose name the caller must hold, and sets
// its flag on the releases that it matches now (ST-9). It returns the rule and
// the versions, in their order. A release about which something of the kind is
// said already keeps that.
func AddRule(ctx context.Context, tx *change.Tx, p index.Project, r index.ReleaseRule) (index.ReleaseRule, []string, error) {
	kind, ok := index.KindOf(r.Kind)
	if !ok || !slices.Contains(kind.On, index.OnRelease) || kind.Hides {
		return r, nil, index.Refuse(index.CodeInvalidForm, "A rule cannot set the flag %q on releases.", r.Kind)
	}
	set, err := pep440.ParseSpecifierSet(r.Specifier)
	if err != nil || set.IsEmpty() {
		return r, nil, index.Refuse(index.CodeInvalidForm, "%q names no versions. Write it like \"<2.0\" or \"==1.4.*,!=1.4.7\".", r.Specifier)
	}
	r.ProjectID, r.Specifier, r.SetBy, r.SetAt = p.ID, set.String(), tx.Actor.Username, tx.Now
	subject := Subject{Level: index.OnRelease, ProjectID: p.ID, Name: p.Name}
	if err := checkFlag(ctx, tx, subject, kind, r.Flag()); err != nil {
		return r, nil, err
	}
	if r.ID, err = tx.InsertReleaseRule(ctx, r); err != nil {
		return r, nil, err
	}
	matched, err := applyRule(ctx, tx, p, r, set)
	if err == nil && len(matched) == 0 && !r.Later {
		err = index.Refuse(index.CodeInvalidForm, "No release of %s matches %s without a flag %q already; nothing was done.", p.DisplayName, r.Specifier, r.Kind)
	}
	tx.Event(index.Event{Action: index.EventRuleAdd, Object: "project:" + p.Name, After: r.Kind + " " + r.Specifier, Reason: r.Reason})
	return r, matched, err
}

func applyRule(ctx context.Context, tx *change.Tx, p index.Project, r index.ReleaseRule, set pep440.SpecifierSet) (matched []string, err error) {
	releases, err := tx.Releases(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(releases, func(a, b index.Release) int { return compareVersions(a.Version, b.Version) })
	for _, one := range releases {
		if _, said := one.Standing.Get(r.Kind); said || one.Standing.Withdrawn() || !set.ContainsString(one.Version) {
			continue
		}
		s := Subject{Level: index.OnRelease, ID: one.ID, ProjectID: p.ID, Name: p.Name, Version: one.Version, Now: one.Standing}
		if _, err := Set(ctx, tx, s, r.Flag(), ""); err != nil {
			return nil, err
		}
		matched = append(matched, one.Version)
	}
	return matched, nil
}

func compareVersions(a, b string) int {
	x, errX := pep440.Parse(a)
	y, errY := pep440.Parse(b)
	if errX != nil || errY != nil { // every release has a version
		return 0
	}
	return x.Compare(y)
}

// ApplyRules sets on a release that was just made what the rules of its project
// say about releases to come (ST-9). What a rule says was checked when it was
// made: an upload must not fail because a successor went away since.
func ApplyRules(ctx context.Context, tx *change.Tx, p index.Project, one index.Release) error {
	rules, err := tx.ReleaseRules(ctx, p.ID)
	if err != nil {
		return err
	}
	s := Subject{Level: index.OnRelease, ID: one.ID, ProjectID: p.ID, Name: p.Name, Version: one.Version, Now: one.Standing}
	for _, r := range rules {
		set, err := pep440.ParseSpecifierSet(r.Specifier)
		if err != nil {
			return err
		}
		if _, said := s.Now.Get(r.Kind); said || !r.Later || !set.ContainsString(one.Version) {
			continue
		}
		kind, _ := index.KindOf(r.Kind)
		f, err := put(ctx, tx, s, kind, r.Flag(), "")
		if err != nil {
			return err
		}
		s.Now = s.Now.With(f)
	}
	return nil
}

// EndRule ends a rule of a project, whose name the caller must hold, and clears
// the flags that it set. It returns the rule and their versions.
func EndRule(ctx context.Context, tx *change.Tx, p index.Project, id int64) (r index.ReleaseRule, cleared []string, err error) {
	r, found, err := tx.ReleaseRule(ctx, id)
	if err != nil {
		return r, nil, err
	}
	if !found || r.ProjectID != p.ID {
		return r, nil, index.Refuse(index.CodeNotFound, "Project %q has no rule %d.", p.Name, id)
	}
	flags, err := tx.FlagsOfRule(ctx, id)
	if err != nil {
		return r, nil, err
	}
	for _, f := range flags {
		s, _, err := FindByID(ctx, tx, f.Level, f.SubjectID)
		if err != nil {
			return r, nil, err
		}
		if err := Clear(ctx, tx, s, f.Kind); err != nil {
			return r, nil, err
		}
		cleared = append(cleared, s.Version)
	}
	tx.Event(index.Event{Action: index.EventRuleEnd, Object: "project:" + p.Name, Before: r.Kind + " " + r.Specifier})
	return r, cleared, tx.EndReleaseRule(ctx, id, tx.Actor.Username, tx.Now.UnixMicro())
}
