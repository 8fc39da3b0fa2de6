package access

import (
	"context"
	"slices"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Action is something a person may or may not do in a project.
type Action string

// The actions that rules.go rules on.
const (
	Upload     Action = "upload"
	SetFlags   Action = "set-flags"
	SeeRoles   Action = "see-roles"
	ManageRole Action = "manage-roles"
)

// Rule says which roles may take an action. Superuser lets administrators of
// the index take it in projects that are not theirs.
type Rule struct {
	Action    Action
	Roles     []index.RoleName
	Superuser bool
	Phrase    string // "isn't allowed to <phrase> project …"
}

// Rules is the one table of rights in projects.
func Rules() []Rule {
	return []Rule{
		{Upload, []index.RoleName{index.Owner, index.Maintainer}, false, "upload to"},
		{SetFlags, []index.RoleName{index.Owner}, true, "change the status of"},
		{SeeRoles, []index.RoleName{index.Owner, index.Maintainer}, true, "see the roles of"},
		{ManageRole, []index.RoleName{index.Owner}, true, "change the roles of"},
	}
}

// Permit reports whether the identity, who has this role in the project, may
// take the action: by the role and by the token. The refusal names user and
// project (UA-04).
func (g *Guard) Permit(id *Identity, action Action, p index.Project, role index.RoleName) error {
	if err := id.Admits(Target{Project: p.Name, ProjectUID: p.UID, Now: g.Clock()}); err != nil {
		return err
	}
	for _, rule := range Rules() {
		if rule.Action != action {
			continue
		}
		if slices.Contains(rule.Roles, role) || rule.Superuser && id.User.Superuser {
			return nil
		}
		return index.Refuse(index.CodeNotAllowed, "The user '%s' isn't allowed to %s project '%s'. Ask one of its owners for a role.", id.User.Username, rule.Phrase, p.Name)
	}
	return index.Refuse(index.CodeNotAllowed, "The user '%s' isn't allowed to do this.", id.User.Username)
}

// May is Permit with the role read through q.
func (g *Guard) May(ctx context.Context, q database.Q, id *Identity, action Action, p index.Project) error {
	role, err := q.RoleOf(ctx, p.ID, id.User.ID)
	if err != nil {
		return err
	}
	return g.Permit(id, action, p, role)
}

// MayCreate reports whether the identity's token lets it create a project of
// this name (T-08).
func (g *Guard) MayCreate(id *Identity, name string) error {
	return id.Admits(Target{Project: name, Now: g.Clock()})
}
