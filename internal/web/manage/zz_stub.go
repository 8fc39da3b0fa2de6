package manage

import "strongroom/internal/middleware"

func (m *Manage) accountRoutes() []middleware.Route { return nil }
func (m *Manage) factorRoutes() []middleware.Route  { return nil }
func (m *Manage) tokenRoutes() []middleware.Route   { return nil }
func (m *Manage) historyRoutes() []middleware.Route { return nil }
