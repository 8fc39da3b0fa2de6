// Package v1 is the management API below /api/v1: what owners and moderators do
// in the pages, by JSON (FN-1, ST-13, SD-25, SN-13). One table has every
// operation with all that is said about it; the routes, the checks of requests
// and the OpenAPI document are made from it. A surface is a file.
//
// Every operation answers with the state that is there afterwards and its ETag.
// A change can be made on condition (If-Match), and be repeated without being
// made twice (Idempotency-Key).
package v1

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/docsredirect"
	"strongroom/internal/idempotency"
	"strongroom/internal/maintain"
	"strongroom/internal/middleware"
	"strongroom/internal/moderate"
	"strongroom/internal/ratelimit"
)

// Base is where the API is.
const Base = "/api/v1"

// API answers programs. All fields must be set.
type API struct {
	DB       *database.DB
	Guard    *access.Guard
	Maintain *maintain.Actions
	Moderate *moderate.Actions
	Docs     docsredirect.Policy // where old documentation may lead
	Keys     *idempotency.Keys
	Limiter  *ratelimit.Limiter
	Clock    func() time.Time
	URL      string // public address of the site, no slash at the end
}

// Routes is the table of the API's addresses.
func (a *API) Routes() []middleware.Route {
	routes := []middleware.Route{
		{Methods: "GET", Path: Base + "/openapi.json", Right: access.Open, Handler: a.openAPI, Machine: true, Doc: "What the management API is, for programs (OpenAPI 3.1)."},
	}
	for _, op := range a.operations() {
		routes = append(routes, middleware.Route{
			Methods: op.Method, Path: Base + op.Path, Right: op.Right, Handler: a.handler(op), Machine: true, Always: op.Always, Doc: op.Summary + ".",
		})
	}
	return routes
}
