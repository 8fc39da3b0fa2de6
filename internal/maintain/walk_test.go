package maintain_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// model is what must be true, kept in maps and without any SQL: the oracle.
type model struct {
	direct map[[2]string]index.RoleName // project, user
	owner  map[string]string            // project → organization
	groups map[string]*groupModel
	offers []offerModel
}

type groupModel struct {
	members map[string]index.RoleName
	teams   map[string]*teamModel
}

type teamModel struct {
	members map[string]bool
	roles   map[string]index.RoleName // by project
}

type offerModel struct {
	project, group, user, by string
	role                     index.RoleName
}

// role is the strongest role for any reason that holds now.
func (m *model) role(project, user string) index.RoleName {
	best := m.direct[[2]string{project, user}]
	g := m.groups[m.owner[project]]
	if g == nil {
		return best
	}
	if r := g.members[user]; r == index.OrganizationOwner || r == index.OrganizationManager {
		return index.Owner
	}
	for _, t := range g.teams {
		if t.members[user] && t.roles[project].Stronger(best) {
			best = t.roles[project]
		}
	}
	return best
}

// owned reports whether a project has an owner without one person.
func (m *model) owned(project, without string) bool {
	for key, role := range m.direct {
		if key[0] == project && key[1] != without && role == index.Owner {
			return true
		}
	}
	return m.owner[project] != ""
}

func (g *groupModel) led(without string) bool {
	for user, role := range g.members {
		if user != without && role == index.OrganizationOwner {
			return true
		}
	}
	return false
}

// drop removes the offers that somebody made in a place.
func (m *model) drop(project, group, by string) {
	kept := m.offers[:0]
	for _, o := range m.offers {
		if o.by != by || o.project != project || o.group != group {
			kept = append(kept, o)
		}
	}
	m.offers = kept
}

// walk is a random walk over everything that gives or ends a role.
type walk struct {
	*world
	model
	rnd      *rand.Rand
	users    []string
	projects []string
	names    []string // of organizations
	done     map[string]int
}

// step is one act: what the model expects, what is done, and what it changes.
type step struct {
	name    string
	allowed bool
	do      func() error
	apply   func()
}

func pick[T any](w *walk, list []T) T { return list[w.rnd.IntN(len(list))] }

// TestP29GrantsEndWithTheirReason walks at random through invitations, roles,
// transfers, organizations and teams, and compares after each step the role of
// everybody in every project with the oracle's; and whether each act was
// possible (T26-8, T26-13).
func TestP29GrantsEndWithTheirReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := &walk{
			world: newWorld(t, db), rnd: rand.New(rand.NewPCG(29, 4)), done: map[string]int{},
			users: []string{"ann", "ben", "cid", "dot", "eve"}, projects: []string{"p1", "p2", "p3", "p4"}, names: []string{"acme", "bolt", "core"},
		}
		w.model = model{direct: map[[2]string]index.RoleName{}, owner: map[string]string{}, groups: map[string]*groupModel{}}
		for _, name := range w.users {
			w.addUser(name)
		}
		for i, name := range w.projects {
			w.addProject(name, w.users[i])
			w.direct[[2]string{name, w.users[i]}] = index.Owner
		}
		for i := range 1000 {
			w.one(i)
		}
		t.Log(w.done)
		for _, name := range []string{"accept", "change role", "remove role", "leave", "transfer", "take out", "remove member", "delete team", "delete organization", "rename organization", "set team role"} {
			if w.done[name] == 0 {
				t.Errorf("the walk never came to: %s", name)
			}
		}
	})
}

func (w *walk) one(i int) {
	w.t.Helper()
	acts := []func() step{
		w.inviteToProject, w.inviteToProject, w.inviteToGroup, w.accept, w.accept, w.accept, w.changeRole, w.removeRole, w.leave, w.transfer, w.transfer, w.takeOut,
		w.createGroup, w.changeMember, w.removeMember, w.leaveGroup, w.renameGroup, w.deleteGroup,
		w.createTeam, w.createTeam, w.deleteTeam, w.addToTeam, w.addToTeam, w.addToTeam, w.removeFromTeam, w.setTeamRole, w.setTeamRole, w.setTeamRole, w.removeTeamRole,
	}
	s := pick(w, acts)()
	for possible := w.rnd.IntN(3) > 0; s.do == nil || possible && !s.allowed; { // two of three acts are possible ones
		s = pick(w, acts)()
	}
	err := s.do()
	if (err == nil) != s.allowed {
		w.t.Fatalf("step %d, %s: allowed is %v, but: %v", i, s.name, s.allowed, err)
	}
	if err == nil {
		s.apply()
		w.done[s.name]++
	}
	for _, p := range w.projects {
		for _, u := range w.users {
			got, err := w.db.RoleOf(w.ctx, w.project(p).ID, w.user(u).ID)
			if want := w.role(p, u); err != nil || got != want {
				w.t.Fatalf("step %d, after %s: %s is %q of %s, want %q (%v)", i, s.name, u, got, p, want, err)
			}
		}
	}
}

func (w *walk) inviteToProject() step {
	p, by, to, role := pick(w, w.projects), pick(w, w.users), pick(w, w.users), pick(w, maintain.ProjectRoles())
	free := w.direct[[2]string{p, to}] == "" && !w.offered(p, "", to)
	return step{
		"invite to project", w.role(p, by) == index.Owner && free,
		func() error { return w.InviteToProject(w.ctx, w.visitor(by), w.project(p), to, role) },
		func() { w.offers = append(w.offers, offerModel{p, "", to, by, role}) },
	}
}

func (w *walk) offered(project, group, user string) bool {
	for _, o := range w.offers {
		if o.project == project && o.group == group && o.user == user {
			return true
		}
	}
	return false
}

func (w *walk) inviteToGroup() step {
	o, by, to, role := pick(w, w.names), pick(w, w.users), pick(w, w.users), pick(w, maintain.OrganizationRoles())
	g := w.groups[o]
	if g == nil {
		return step{}
	}
	return step{
		"invite to organization", g.members[by] == index.OrganizationOwner && g.members[to] == "" && !w.offered("", o, to),
		func() error { return w.InviteToOrganization(w.ctx, w.visitor(by), w.group(o), to, role) },
		func() { w.offers = append(w.offers, offerModel{"", o, to, by, role}) },
	}
}

func (w *walk) accept() step {
	if len(w.offers) == 0 {
		return step{}
	}
	i := w.rnd.IntN(len(w.offers))
	o := w.offers[i]
	may := w.role(o.project, o.by) == index.Owner
	if o.group != "" {
		may = w.groups[o.group].members[o.by] == index.OrganizationOwner
	}
	return step{
		"accept", may,
		func() error { return w.acceptAs(o) },
		func() {
			w.offers = append(w.offers[:i], w.offers[i+1:]...)
			key := [2]string{o.project, o.user}
			switch {
			case o.group != "" && w.groups[o.group].members[o.user] == "":
				w.groups[o.group].members[o.user] = o.role
			case o.group == "" && o.role.Stronger(w.direct[key]):
				w.direct[key] = o.role
			}
		},
	}
}

// acceptAs finds the offer among the user's and takes it up.
func (w *walk) acceptAs(o offerModel) error {
	all, err := maintain.OffersTo(w.ctx, w.db.Q, w.user(o.user).ID, w.now)
	w.must(err)
	for _, offer := range all {
		if offer.Project.Name == o.project && offer.Organization.Name == o.group {
			_, err := w.Accept(w.ctx, w.visitor(o.user), offer.Hash)
			return err
		}
	}
	return fmt.Errorf("%s has no offer of %s%s", o.user, o.project, o.group)
}

func (w *walk) changeRole() step {
	p, by, who, role := pick(w, w.projects), pick(w, w.users), pick(w, w.users), pick(w, maintain.ProjectRoles())
	key := [2]string{p, who}
	old := w.direct[key]
	stays := old != index.Owner || role == index.Owner || w.owned(p, who)
	return step{
		"change role", w.role(p, by) == index.Owner && old != "" && stays,
		func() error { return w.ChangeRole(w.ctx, w.visitor(by), w.project(p), who, role) },
		func() {
			if old == index.Owner && role != old {
				w.drop(p, "", who)
			}
			w.direct[key] = role
		},
	}
}

func (w *walk) removeRole() step {
	p, by, who := pick(w, w.projects), pick(w, w.users), pick(w, w.users)
	old := w.direct[[2]string{p, who}]
	return step{
		"remove role", w.role(p, by) == index.Owner && old != "" && (old != index.Owner || w.owned(p, who)),
		func() error { return w.RemoveRole(w.ctx, w.visitor(by), w.project(p), who) },
		func() { w.end(p, who) },
	}
}

func (w *walk) end(project, user string) {
	delete(w.direct, [2]string{project, user})
	w.drop(project, "", user)
}

func (w *walk) leave() step {
	p, who := pick(w, w.projects), pick(w, w.users)
	old := w.direct[[2]string{p, who}]
	return step{
		"leave", old != "" && (old != index.Owner || w.owned(p, who)),
		func() error { return w.LeaveProject(w.ctx, w.visitor(who), w.project(p)) },
		func() { w.end(p, who) },
	}
}

func (w *walk) transfer() step {
	p, by, to := pick(w, w.projects), pick(w, w.users), pick(w, w.names)
	g, from := w.groups[to], w.owner[p]
	if g == nil {
		return step{}
	}
	leads := g.members[by] == index.OrganizationOwner || g.members[by] == index.OrganizationManager
	mayLeave := from == "" || from == to || w.groups[from].members[by] == index.OrganizationOwner
	return step{
		"transfer", w.role(p, by) == index.Owner && leads && mayLeave,
		func() error { return w.Transfer(w.ctx, w.visitor(by), w.project(p), to) },
		func() {
			if from != to {
				w.out(p)
				w.owner[p] = to
			}
		},
	}
}

// out takes a project out of its organization, and from its teams.
func (w *walk) out(project string) {
	if g := w.groups[w.owner[project]]; g != nil {
		for _, t := range g.teams {
			delete(t.roles, project)
		}
	}
	delete(w.owner, project)
}

func (w *walk) takeOut() step {
	p, by := pick(w, w.projects), pick(w, w.users)
	g := w.groups[w.owner[p]]
	return step{
		"take out", g != nil && g.members[by] == index.OrganizationOwner,
		func() error { return w.TakeOut(w.ctx, w.visitor(by), w.project(p)) },
		func() {
			w.out(p)
			w.direct[[2]string{p, by}] = index.Owner
		},
	}
}

func (w *walk) createGroup() step {
	o, by := pick(w, w.names), pick(w, w.users)
	return step{
		"create organization", w.groups[o] == nil,
		func() error {
			_, err := w.CreateOrganization(w.ctx, w.visitor(by), index.Organization{Name: o})
			return err
		},
		func() {
			w.groups[o] = &groupModel{members: map[string]index.RoleName{by: index.OrganizationOwner}, teams: map[string]*teamModel{}}
		},
	}
}

func (w *walk) changeMember() step {
	o, by, who, role := pick(w, w.names), pick(w, w.users), pick(w, w.users), pick(w, maintain.OrganizationRoles())
	g := w.groups[o]
	if g == nil {
		return step{}
	}
	old := g.members[who]
	stays := old != index.OrganizationOwner || role == old || g.led(who)
	return step{
		"change member", g.members[by] == index.OrganizationOwner && old != "" && stays,
		func() error { return w.ChangeMember(w.ctx, w.visitor(by), w.group(o), who, role) },
		func() {
			g.members[who] = role
			if old == index.OrganizationOwner && role != old {
				w.drop("", o, who)
			}
		},
	}
}

func (w *walk) removeMember() step {
	o, by, who := pick(w, w.names), pick(w, w.users), pick(w, w.users)
	g := w.groups[o]
	if g == nil {
		return step{}
	}
	return step{
		"remove member", g.members[by] == index.OrganizationOwner && g.members[who] != "" && (g.members[who] != index.OrganizationOwner || g.led(who)),
		func() error { return w.RemoveMember(w.ctx, w.visitor(by), w.group(o), who) },
		func() { w.goes(o, who) },
	}
}

// goes takes somebody out of an organization and its teams.
func (w *walk) goes(group, user string) {
	delete(w.groups[group].members, user)
	for _, t := range w.groups[group].teams {
		delete(t.members, user)
	}
	w.drop("", group, user)
}

func (w *walk) leaveGroup() step {
	o, who := pick(w, w.names), pick(w, w.users)
	g := w.groups[o]
	if g == nil {
		return step{}
	}
	return step{
		"leave organization", g.members[who] != "" && (g.members[who] != index.OrganizationOwner || g.led(who)),
		func() error { return w.LeaveOrganization(w.ctx, w.visitor(who), w.group(o)) },
		func() { w.goes(o, who) },
	}
}

func (w *walk) renameGroup() step {
	o, by, to := pick(w, w.names), pick(w, w.users), pick(w, w.names)
	g := w.groups[o]
	if g == nil {
		return step{}
	}
	return step{
		"rename organization", g.members[by] == index.OrganizationOwner && (o == to || w.groups[to] == nil),
		func() error { return w.RenameOrganization(w.ctx, w.visitor(by), w.group(o), to) },
		func() {
			delete(w.groups, o)
			w.groups[to] = g
			for p, owner := range w.owner {
				if owner == o {
					w.owner[p] = to
				}
			}
			for i := range w.offers {
				if w.offers[i].group == o {
					w.offers[i].group = to
				}
			}
		},
	}
}

func (w *walk) deleteGroup() step {
	o, by := pick(w, w.names), pick(w, w.users)
	g, empty := w.groups[o], true
	for _, owner := range w.owner {
		empty = empty && owner != o
	}
	if g == nil || w.rnd.IntN(3) > 0 {
		return step{}
	}
	return step{
		"delete organization", g.members[by] == index.OrganizationOwner && empty,
		func() error { return w.DeleteOrganization(w.ctx, w.visitor(by), w.group(o)) },
		func() {
			delete(w.groups, o)
			for _, u := range w.users {
				w.drop("", o, u)
			}
		},
	}
}

// leads picks an organization, somebody, and says whether they lead it.
func (w *walk) leads() (o string, g *groupModel, by string, leads bool) {
	o, by = pick(w, w.names), pick(w, w.users)
	if g = w.groups[o]; g != nil {
		leads = g.members[by] == index.OrganizationOwner || g.members[by] == index.OrganizationManager
	}
	return o, g, by, leads
}

func (w *walk) createTeam() step {
	o, g, by, leads := w.leads()
	name := pick(w, []string{"red", "blue"})
	if g == nil {
		return step{}
	}
	return step{
		"create team", leads && g.teams[name] == nil,
		func() error {
			_, err := w.CreateTeam(w.ctx, w.visitor(by), w.group(o), name)
			return err
		},
		func() { g.teams[name] = &teamModel{members: map[string]bool{}, roles: map[string]index.RoleName{}} },
	}
}

func (w *walk) deleteTeam() step {
	o, g, by, leads := w.leads()
	name := pick(w, []string{"red", "blue"})
	if g == nil || w.rnd.IntN(2) == 0 {
		return step{}
	}
	return step{
		"delete team", leads && g.teams[name] != nil,
		func() error { return w.DeleteTeam(w.ctx, w.visitor(by), w.group(o), name) },
		func() { delete(g.teams, name) },
	}
}

func (w *walk) addToTeam() step {
	o, g, by, leads := w.leads()
	name, who := pick(w, []string{"red", "blue"}), pick(w, w.users)
	if g == nil {
		return step{}
	}
	return step{
		"add to team", leads && g.teams[name] != nil && g.members[who] != "",
		func() error { return w.AddToTeam(w.ctx, w.visitor(by), w.group(o), name, who) },
		func() { g.teams[name].members[who] = true },
	}
}

func (w *walk) removeFromTeam() step {
	o, g, by, leads := w.leads()
	name, who := pick(w, []string{"red", "blue"}), pick(w, w.users)
	if g == nil {
		return step{}
	}
	return step{
		"remove from team", leads && g.teams[name] != nil && g.teams[name].members[who],
		func() error { return w.RemoveFromTeam(w.ctx, w.visitor(by), w.group(o), name, who) },
		func() { delete(g.teams[name].members, who) },
	}
}

func (w *walk) setTeamRole() step {
	p, by, name, role := pick(w, w.projects), pick(w, w.users), pick(w, []string{"red", "blue"}), pick(w, maintain.ProjectRoles())
	g := w.groups[w.owner[p]]
	return step{
		"set team role", w.role(p, by) == index.Owner && g != nil && g.teams[name] != nil,
		func() error { return w.SetTeamRole(w.ctx, w.visitor(by), w.project(p), name, role) },
		func() { g.teams[name].roles[p] = role },
	}
}

func (w *walk) removeTeamRole() step {
	p, by, name := pick(w, w.projects), pick(w, w.users), pick(w, []string{"red", "blue"})
	g := w.groups[w.owner[p]]
	return step{
		"remove team role", w.role(p, by) == index.Owner && g != nil && g.teams[name] != nil && g.teams[name].roles[p] != "",
		func() error { return w.RemoveTeamRole(w.ctx, w.visitor(by), w.project(p), name) },
		func() { delete(g.teams[name].roles, p) },
	}
}
