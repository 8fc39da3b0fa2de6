package shell

import (
	"net/http"
	"strings"

	"strongroom/internal/middleware"
)

// Slashed is the routes and, for each page, one that leads there from the address
// without its last slash.
func Slashed(routes []middleware.Route) []middleware.Route {
	for _, route := range routes {
		if bare, ok := strings.CutSuffix(route.Path, "/{$}"); ok && route.Methods == "GET" {
			routes = append(routes, middleware.Route{Methods: "GET", Path: bare, Right: route.Right, Handler: slash, Doc: "Redirects to the page with a slash."})
		}
	}
	return routes
}

func slash(w http.ResponseWriter, r *http.Request) error {
	middleware.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
	return nil
}
