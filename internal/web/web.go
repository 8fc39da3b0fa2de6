// Package web is every page for people: it joins the route tables of the
// audiences.
package web

import (
	"slices"

	"strongroom/internal/middleware"
	"strongroom/internal/web/browse"
	"strongroom/internal/web/shell"
	"strongroom/internal/web/unsubscribe"
)

// Routes is the table of every page URL.
func Routes(b *browse.Browse, u *unsubscribe.Page) []middleware.Route {
	return slices.Concat(b.Routes(), u.Routes(), shell.Routes())
}
