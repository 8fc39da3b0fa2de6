package browse

import (
	"net/http"

	"strongroom/internal/index"
)

// personPage is what user.html shows.
type personPage struct {
	User  index.User
	Roles []index.Role // in public, live projects
}

// person shows what somebody owns and maintains where everybody may see it.
func (b *Browse) person(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("username")
	u, found, err := b.DB.UserByName(r.Context(), name)
	if err != nil {
		return err
	}
	if !found || !u.ClosedAt.IsZero() {
		return index.Refuse(index.CodeNotFound, "There is no user %q here.", name)
	}
	data := personPage{User: u}
	if data.Roles, err = b.DB.LiveRolesOfUser(r.Context(), name); err != nil {
		return err
	}
	return b.user.Write(w, r, http.StatusOK, data)
}

// groupPage is what organization.html shows.
type groupPage struct {
	Organization index.Organization
	Projects     []index.Project // public and live
}

// organization shows what an organization says of itself, and its projects that
// everybody may see.
func (b *Browse) organization(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("organization")
	o, found, err := b.DB.Organization(r.Context(), name)
	if err != nil {
		return err
	}
	if !found {
		return index.Refuse(index.CodeNotFound, "There is no organization %q here.", name)
	}
	data := groupPage{Organization: o}
	projects, err := b.DB.ProjectsOfOrganization(r.Context(), o.ID)
	for _, p := range projects {
		if !p.Private && !p.Standing.Withdrawn() {
			data.Projects = append(data.Projects, p)
		}
	}
	if err != nil {
		return err
	}
	return b.group.Write(w, r, http.StatusOK, data)
}
