package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/standing"
)

// AddRule sets a flag on all releases that a specifier set matches, and with
// r.Later on those to come, and returns the versions that it is on now (ST-9). A
// release about which something of the kind is said already keeps that.
func (a *Actions) AddRule(ctx context.Context, v *access.Visitor, project index.Project, r index.ReleaseRule) (rule index.ReleaseRule, matched []string, err error) {
	right, err := rightFor(r.Kind)
	if err != nil {
		return r, nil, err
	}
	err = a.inProject(ctx, v, right, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		if _, err := ownersSubject(ctx, tx, p, Place{}); err != nil {
			return err
		}
		rule, matched, err = AddRule(ctx, tx, p, r)
		return err
	})
	return rule, matched, err
}

// AddRule is the act for operators. The caller must hold the project's name.
func AddRule(ctx context.Context, tx *change.Tx, p index.Project, r index.ReleaseRule) (index.ReleaseRule, []string, error) {
	rule, matched, err := standing.AddRule(ctx, tx, p, r)
	if err != nil {
		return r, nil, err
	}
	return rule, matched, tellRule(ctx, tx, p, rule, notify.StatusSet, matched)
}

// EndRule ends a rule and clears the flags that it set.
func (a *Actions) EndRule(ctx context.Context, v *access.Visitor, project index.Project, id int64) error {
	r, found, err := a.Recorder.DB.ReleaseRule(ctx, id)
	if err != nil {
		return err
	}
	if !found || r.ProjectID != project.ID {
		return index.Refuse(index.CodeNotFound, "Project %q has no rule %d.", project.Name, id)
	}
	right, err := rightFor(r.Kind)
	if err != nil {
		return err
	}
	return a.inProject(ctx, v, right, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		if _, err := ownersSubject(ctx, tx, p, Place{}); err != nil {
			return err
		}
		return EndRule(ctx, tx, p, id)
	})
}

// EndRule is the act for operators. The caller must hold the project's name.
func EndRule(ctx context.Context, tx *change.Tx, p index.Project, id int64) error {
	r, cleared, err := standing.EndRule(ctx, tx, p, id)
	if err != nil {
		return err
	}
	return tellRule(ctx, tx, p, r, notify.StatusCleared, cleared)
}
