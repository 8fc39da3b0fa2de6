package manage

import (
	"net/http"
	"net/url"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

// projectNamed finds a project that a form names.
func (g *Groups) projectNamed(r *http.Request, name string) (index.Project, error) {
	p, found, err := g.DB.Project(r.Context(), packaging.NormalizeName(name))
	if err == nil && !found {
		err = index.Refuse(index.CodeNotFound, "There is no project %q here.", name)
	}
	return p, err
}

func (g *Groups) inviteMember(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	who := form.Get("username")
	err = g.Actions.InviteToOrganization(r.Context(), v, at.Organization, who, index.RoleName(form.Get("role_name")))
	return groupPath(at.Organization, "people"), "Invited " + who + ". The role begins when the invitation is accepted.", err
}

func (g *Groups) revokeMember(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	return groupPath(at.Organization, "people"), "The invitation is withdrawn.", g.Actions.RevokeOrganizationInvitation(r.Context(), v, at.Organization, form.Get("invitation"))
}

func (g *Groups) resendMember(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	return groupPath(at.Organization, "people"), "The invitation was sent again; the old link does not work any more.", g.Actions.ResendOrganizationInvitation(r.Context(), v, at.Organization, form.Get("invitation"))
}

func (g *Groups) changeMember(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	who, role := form.Get("username"), form.Get("role_name")
	return groupPath(at.Organization, "people"), who + " is " + role + " now.", g.Actions.ChangeMember(r.Context(), v, at.Organization, who, index.RoleName(role))
}

func (g *Groups) deleteMember(r *http.Request, v *access.Visitor, at access.At, form url.Values) (to, sentence string, err error) {
	who := form.Get("username")
	to = groupPath(at.Organization, "people")
	if who == v.User.Username {
		to = "/manage/organizations/"
	}
	return to, who + " is not in the organization any more.", g.Actions.RemoveMember(r.Context(), v, at.Organization, who)
}

func (g *Groups) leaveOrganization(r *http.Request, v *access.Visitor, at access.At, _ url.Values) (to, sentence string, err error) {
	return "/manage/organizations/", "You left " + at.Organization.Name + ".", g.Actions.LeaveOrganization(r.Context(), v, at.Organization)
}
