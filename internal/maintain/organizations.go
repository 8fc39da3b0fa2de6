package maintain

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/ratelimit"
	"strongroom/internal/standing"
)

// OrganizationRoles lists the roles of an organization.
func OrganizationRoles() []index.RoleName {
	return []index.RoleName{index.OrganizationOwner, index.OrganizationManager, index.OrganizationMember}
}

// groupObject is how the audit log names an organization: by what never changes.
func groupObject(o index.Organization) string { return "organization:" + o.UID }

var namePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,48}[A-Za-z0-9])?$`)
})

// checkName holds for organizations and teams, whose names stand in addresses.
func checkName(what, name string) error {
	if !namePattern().MatchString(name) {
		return bad("%q is no name for %s: 1 to 50 ASCII letters, digits, dots, hyphens and underscores, a letter or digit first and last.", name, what)
	}
	return nil
}

// checkTexts holds for what an organization says of itself.
func checkTexts(o index.Organization) error {
	if utf8.RuneCountInString(o.DisplayName) > 100 || utf8.RuneCountInString(o.Description) > 400 {
		return bad("The display name has at most 100 characters, the description 400.")
	}
	if strings.ContainsAny(o.DisplayName, "\r\n") {
		return bad("The display name is one line.")
	}
	u, err := url.Parse(o.URL)
	if o.URL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(o.URL) > 400) {
		return bad("%q is not an address such as https://example.com.", o.URL)
	}
	return nil
}

// CreateOrganization makes an organization whose owner the visitor is.
func (a *Actions) CreateOrganization(ctx context.Context, v *access.Visitor, o index.Organization) (made index.Organization, err error) {
	if err := a.Limiter.Use(ctx, ratelimit.CreateGroup, v.User.UID); err != nil {
		return made, err
	}
	err = a.do(ctx, v, func(tx *change.Tx, v *access.Visitor) error {
		if err := a.Guard.Decide(v, access.CreateGroup, access.At{}); err != nil {
			return err
		}
		if err := notHeld(tx, v.User); err != nil {
			return err
		}
		made, err = NewOrganization(ctx, tx, o, v.User)
		return err
	})
	return made, err
}

// NewOrganization makes an organization with its first owner. Name, DisplayName,
// URL and Description of o count.
func NewOrganization(ctx context.Context, tx *change.Tx, o index.Organization, owner index.User) (index.Organization, error) {
	if o.DisplayName == "" {
		o.DisplayName = o.Name
	}
	if err := checkName("an organization", o.Name); err != nil {
		return o, err
	}
	if err := checkTexts(o); err != nil {
		return o, err
	}
	o.UID, o.CreatedAt = access.NewUID(), tx.Now
	id, err := tx.InsertOrganization(ctx, o)
	if database.IsUnique(err) {
		return o, bad("The name %q is taken.", o.Name)
	}
	if err != nil {
		return o, err
	}
	o.ID = id
	tx.Event(index.Event{Action: index.EventGroupCreate, Object: groupObject(o), After: o.Name})
	return o, addMember(ctx, tx, o, owner, index.OrganizationOwner)
}

// DescribeOrganization changes what an organization says of itself: DisplayName,
// URL and Description of to.
func (a *Actions) DescribeOrganization(ctx context.Context, v *access.Visitor, o, to index.Organization) error {
	return a.inOrganization(ctx, v, access.ManageGroup, o, func(tx *change.Tx, _ *access.Visitor, o index.Organization) error {
		items := []string{"display name: " + to.DisplayName, "address: " + to.URL, "description: " + to.Description}
		o.DisplayName, o.URL, o.Description = to.DisplayName, to.URL, to.Description
		if err := checkTexts(o); err != nil {
			return err
		}
		tx.Event(index.Event{Action: index.EventGroupUpdate, Object: groupObject(o), After: strings.Join(items, "; ")})
		if err := tellLeaders(ctx, tx, o, 0, notify.OrganizationUpdated, notify.Data{Items: items}); err != nil {
			return err
		}
		return tx.UpdateOrganization(ctx, o)
	})
}

// RenameOrganization gives an organization another name.
func (a *Actions) RenameOrganization(ctx context.Context, v *access.Visitor, o index.Organization, name string) error {
	return a.inOrganization(ctx, v, access.ManageGroup, o, func(tx *change.Tx, _ *access.Visitor, o index.Organization) error {
		old := o.Name
		if err := checkName("an organization", name); err != nil || old == name {
			return err
		}
		o.Name = name
		if err := tx.UpdateOrganization(ctx, o); database.IsUnique(err) {
			return bad("The name %q is taken.", name)
		} else if err != nil {
			return err
		}
		projects, err := tx.ProjectsOfOrganization(ctx, o.ID)
		for _, p := range projects { // the JSON API shows the name
			tx.Journal(p.Name, "", "rename organization "+old+" to "+name)
		}
		if err != nil {
			return err
		}
		tx.Event(index.Event{Action: index.EventGroupRename, Object: groupObject(o), Before: old, After: name})
		return tellLeaders(ctx, tx, o, 0, notify.OrganizationRenamed, notify.Data{OldName: old})
	})
}

// DeleteOrganization removes an organization that has no projects, with its
// teams.
func (a *Actions) DeleteOrganization(ctx context.Context, v *access.Visitor, o index.Organization) error {
	return a.inOrganization(ctx, v, access.ManageGroup, o, func(tx *change.Tx, _ *access.Visitor, o index.Organization) error {
		return RemoveOrganization(ctx, tx, o)
	})
}

// RemoveOrganization is DeleteOrganization. The caller must hold the
// organization.
func RemoveOrganization(ctx context.Context, tx *change.Tx, o index.Organization) error {
	projects, err := tx.ProjectsOfOrganization(ctx, o.ID)
	if err != nil {
		return err
	}
	if len(projects) > 0 {
		return bad("%s has %d projects, the first is %s. Take them out first.", o.Name, len(projects), projects[0].DisplayName)
	}
	if err := tellMembers(ctx, tx, o, notify.OrganizationDeleted, notify.Data{}); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventGroupDelete, Object: groupObject(o), Before: o.Name})
	return tx.DeleteOrganization(ctx, o.ID)
}

// Dissolve removes an organization for operators, whatever it has. Its projects
// stay: those that nobody owns then are marked, and their names returned (SD-24).
func Dissolve(ctx context.Context, tx *change.Tx, o index.Organization) (ownerless []string, err error) {
	projects, o, err := holdAll(ctx, tx, o)
	if err != nil {
		return nil, err
	}
	for _, p := range projects {
		if err := takeOut(ctx, tx, p, o); err != nil {
			return nil, err
		}
		left, err := standing.MarkOwnerless(ctx, tx, p, "organization "+o.Name)
		if err != nil {
			return nil, err
		}
		if left {
			ownerless = append(ownerless, p.Name)
		}
	}
	return ownerless, RemoveOrganization(ctx, tx, o)
}

// holdAll holds the names of an organization's projects and then the
// organization, in which no other project may have come meanwhile.
func holdAll(ctx context.Context, tx *change.Tx, o index.Organization) ([]index.Project, index.Organization, error) {
	projects, err := tx.ProjectsOfOrganization(ctx, o.ID)
	if err != nil {
		return nil, o, err
	}
	for _, p := range projects {
		if err := tx.HoldName(ctx, p.Name); err != nil {
			return nil, o, err
		}
	}
	if o, err = holdOrganization(ctx, tx, o); err != nil {
		return nil, o, err
	}
	now, err := tx.ProjectsOfOrganization(ctx, o.ID)
	same := func(a, b index.Project) bool { return a.ID == b.ID }
	if err == nil && !slices.EqualFunc(now, projects, same) {
		err = bad("The projects of %s change just now. Try again.", o.Name)
	}
	return now, o, err
}

// ProjectsSeen lists an organization's projects for somebody in it; who does not
// lead it hears nothing of private ones without a role there.
func ProjectsSeen(ctx context.Context, q database.Q, o index.Organization, userID int64, leads bool) (out []index.Project, err error) {
	all, err := q.ProjectsOfOrganization(ctx, o.ID)
	for _, p := range all {
		role := index.RoleName("")
		if p.Private && !leads {
			if role, err = q.RoleOf(ctx, p.ID, userID); err != nil {
				return nil, err
			}
		}
		if !p.Private || leads || role != "" {
			out = append(out, p)
		}
	}
	return out, err
}
