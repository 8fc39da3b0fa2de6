// Package web is every page for people: it joins the route tables of the
// audiences.
package web

import (
	"slices"

	"strongroom/internal/middleware"
	"strongroom/internal/web/browse"
	"strongroom/internal/web/manage"
	"strongroom/internal/web/report"
	"strongroom/internal/web/shell"
	"strongroom/internal/web/signin"
	"strongroom/internal/web/stop"
	"strongroom/internal/web/unsubscribe"
)

// Routes is the table of every page URL.
func Routes(b *browse.Browse, s *signin.SignIn, m *manage.Manage, g *manage.Groups, u *unsubscribe.Page, st *stop.Page, p *report.Pages) []middleware.Route {
	return slices.Concat(b.Routes(), s.Routes(), m.Routes(), g.Routes(), u.Routes(), st.Routes(), p.Routes(), shell.Routes())
}
