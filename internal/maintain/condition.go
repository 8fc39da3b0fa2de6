package maintain

import (
	"context"

	"strongroom/internal/database"
)

// Condition refuses to change a project or an organization as it is at the time of
// the change.
type Condition func(ctx context.Context, q database.Q) error

// OnlyIf is the same actions under a condition: it is asked under the lock of the
// project's name or of the organization, so nothing changes between its answer and the act.
func (a *Actions) OnlyIf(c Condition) *Actions {
	under := *a
	under.condition = c
	return &under
}

func (c Condition) ask(ctx context.Context, q database.Q) error {
	if c == nil {
		return nil
	}
	return c(ctx, q)
}
