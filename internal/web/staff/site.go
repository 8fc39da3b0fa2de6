package staff

import (
	"strongroom/internal/access"
	"strongroom/internal/middleware"
)

func (s *Staff) siteRoutes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/admin/acts/{$}", Right: access.Moderate, Handler: get(s.acts), Doc: "What moderators and rules did, the newest first."},
		{Methods: "POST", Path: "/admin/acts/undo/{$}", Right: access.Moderate, Handler: post(s.undo, s.acts), Doc: "Takes an act back."},
		{Methods: "GET", Path: "/admin/names/{$}", Right: access.Moderate, Handler: get(s.names), Doc: "Names that nobody may register."},
		{Methods: "POST", Path: "/admin/names/{$}", Right: access.Moderate, Handler: post(s.setName, s.names), Doc: "Prohibits a name, or allows it again (ST-6)."},
		{Methods: "GET", Path: "/admin/switches/{$}", Right: access.Moderate, Handler: get(s.switches), Doc: "The run-time switches (FN-4)."},
		{Methods: "POST", Path: "/admin/switches/{$}", Always: true, Right: access.AdministerSite, Handler: post(s.turn, s.switches), Doc: "Turns a run-time switch."},
	}
}
