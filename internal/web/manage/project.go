package manage

import (
	"net/http"
	"slices"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
)

func (g *Groups) projectRoutes() []middleware.Route {
	const at = "/manage/project/{project}/"
	return []middleware.Route{
		{Methods: "GET", Path: "/manage/projects/{$}", Right: access.UseAccount, Handler: get(g.projects), Doc: "The projects of the account, and the roles it was offered."},
		{Methods: "GET", Path: at + "history/{$}", Right: access.SeeHistory, Handler: g.projectHistory, Doc: "What happened to a project."},
		{Methods: "GET", Path: at + "history.json", Right: access.SeeHistory, Handler: g.projectHistoryJSON, Doc: "What happened to a project, as JSON."},
	}
}

// ownProject is a project in which somebody has a role, with all reasons for it.
type ownProject struct {
	index.Project
	Role   index.RoleName // the strongest
	Grants []index.Grant
}

// Manages reports whether the project has pages for the person to manage it.
func (p ownProject) Manages() bool { return p.Role == index.Owner || p.Role == index.Maintainer }

// Marks are the labels of what stands on the project.
func (p ownProject) Marks() []mark { return marks(p.Standing) }

// Leaves reports whether the person was given a role that can be given up.
func (p ownProject) Leaves() bool {
	return slices.ContainsFunc(p.Grants, func(g index.Grant) bool { return g.Source == index.FromPerson })
}

// ownProjects gathers a user's grants, which come by project.
func ownProjects(grants []index.Grant) (out []ownProject) {
	for _, g := range grants {
		if len(out) == 0 || out[len(out)-1].ID != g.Project.ID {
			out = append(out, ownProject{Project: g.Project})
		}
		last := &out[len(out)-1]
		last.Grants = append(last.Grants, g)
		if g.Role.Stronger(last.Role) {
			last.Role = g.Role
		}
	}
	return out
}

// projectsPage is what projects.html shows.
type projectsPage struct {
	refusal
	Offers   []maintain.Offer
	Projects []ownProject
	Due      time.Time // when a second factor will be asked for, zero for never
	Gone     []remains // deleted things that the person may restore
}

func (g *Groups) projects(w http.ResponseWriter, r *http.Request, f refusal) error {
	v, data := visitor(w), projectsPage{refusal: f, Due: g.Actions.Guard.FactorDue(visitor(w).User, visitor(w).State)}
	grants, err := g.DB.GrantsOfUser(r.Context(), v.User.ID)
	if err != nil {
		return err
	}
	data.Projects = ownProjects(grants)
	mine, err := g.mine(r.Context(), v)
	if err != nil {
		return err
	}
	data.Gone = mine.all(g.Clock())
	if data.Offers, err = maintain.OffersTo(r.Context(), g.DB.Q, v.User.ID, g.Clock()); err != nil {
		return err
	}
	return g.pages["projects"].Write(w, r, f.status(), data)
}
