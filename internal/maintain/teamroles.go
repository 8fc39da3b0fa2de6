package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// inTeamProject runs fn for a team and a project of one organization, with both
// held.
func (a *Actions) inTeamProject(ctx context.Context, v *access.Visitor, project index.Project, team string, fn func(tx *change.Tx, g teamGrant) error) error {
	return a.inProject(ctx, v, access.ManageRoles, project, func(tx *change.Tx, v *access.Visitor, p index.Project) error {
		if err := notHeld(tx, v.User); err != nil {
			return err
		}
		g, err := grantTo(ctx, tx, p, team)
		if err != nil {
			return err
		}
		return fn(tx, g)
	})
}

// teamGrant is what a team has in a project.
type teamGrant struct {
	project      index.Project
	organization index.Organization
	team         index.Team
	old          index.RoleName // "" for none
}

// grantTo finds a team of the organization that has the project. The caller must
// hold the project's name.
func grantTo(ctx context.Context, tx *change.Tx, p index.Project, team string) (g teamGrant, err error) {
	o, found, err := tx.OrganizationOf(ctx, p.ID)
	if err != nil {
		return g, err
	}
	if !found {
		return g, bad("%s belongs to no organization, so no team can have a role in it.", p.DisplayName)
	}
	if o, err = holdOrganization(ctx, tx, o); err != nil {
		return g, err
	}
	t, found, err := tx.Team(ctx, o.ID, team)
	if err == nil && !found {
		err = bad("%s has no team %q.", o.Name, team)
	}
	if err != nil {
		return g, err
	}
	g = teamGrant{project: p, organization: o, team: t}
	roles, err := tx.TeamRolesIn(ctx, p.ID)
	for _, r := range roles {
		if r.TeamID == t.ID {
			g.old = r.Role
		}
	}
	return g, err
}

// SetTeamRole gives a team of the organization that has the project a role in
// it, or changes the one it has.
func (a *Actions) SetTeamRole(ctx context.Context, v *access.Visitor, project index.Project, team string, role index.RoleName) error {
	return a.inTeamProject(ctx, v, project, team, func(tx *change.Tx, g teamGrant) error { return g.set(ctx, tx, role) })
}

// GiveTeamRole is SetTeamRole without asking anybody.
func GiveTeamRole(ctx context.Context, tx *change.Tx, project index.Project, team string, role index.RoleName) error {
	p, err := HoldProject(ctx, tx, project)
	if err != nil {
		return err
	}
	g, err := grantTo(ctx, tx, p, team)
	if err != nil {
		return err
	}
	return g.set(ctx, tx, role)
}

func (g teamGrant) set(ctx context.Context, tx *change.Tx, role index.RoleName) error {
	if err := checkRole(role, ProjectRoles()); err != nil || g.old == role {
		return err
	}
	if err := tx.SetTeamRole(ctx, g.team, g.project.ID, role); err != nil {
		return err
	}
	if g.old == "" {
		g.events(tx, index.EventTeamInProject, index.EventTeamRoleAdd, role)
		return g.tell(ctx, tx, notify.AddedAsTeamCollaborator, notify.TeamCollaboratorAdded, role)
	}
	g.events(tx, index.EventTeamChanged, index.EventTeamRoleChange, role)
	return g.tell(ctx, tx, notify.RoleChangedAsTeamCollaborator, notify.TeamCollaboratorRoleChanged, role)
}

// RemoveTeamRole takes a team's role in a project away.
func (a *Actions) RemoveTeamRole(ctx context.Context, v *access.Visitor, project index.Project, team string) error {
	return a.inTeamProject(ctx, v, project, team, func(tx *change.Tx, g teamGrant) error {
		removed, err := tx.RemoveTeamRole(ctx, g.team.ID, g.project.ID)
		if err != nil {
			return err
		}
		if !removed {
			return bad("The team %s has no role in %s.", g.team.Name, g.project.DisplayName)
		}
		g.events(tx, index.EventTeamOut, index.EventTeamRoleRemove, "")
		return g.tell(ctx, tx, notify.RemovedAsTeamCollaborator, notify.TeamCollaboratorRemoved, g.old)
	})
}

// events records the change for the project and for the team.
func (g teamGrant) events(tx *change.Tx, ofProject, ofTeam string, role index.RoleName) {
	with := func(role index.RoleName, name string) string {
		if role == "" {
			return ""
		}
		return string(role) + " " + name
	}
	tx.Event(index.Event{Action: ofProject, Object: "project:" + g.project.Name, Before: with(g.old, g.team.Name), After: with(role, g.team.Name)})
	tx.Event(index.Event{Action: ofTeam, Object: teamObject(g.team), Before: with(g.old, g.project.Name), After: with(role, g.project.Name)})
}

func (g teamGrant) tell(ctx context.Context, tx *change.Tx, members, owners notify.Kind, role index.RoleName) error {
	d := notify.Data{Project: g.project.DisplayName, Organization: g.organization.Name, Team: g.team.Name, Role: string(role), OldRole: string(g.old)}
	if err := tellTeam(ctx, tx, g.team, members, d); err != nil {
		return err
	}
	return tellOwners(ctx, tx, g.project.ID, 0, owners, d)
}
