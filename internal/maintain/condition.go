package maintain

import (
	"context"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Condition refuses to change a project as it is at the time of the change.
type Condition func(ctx context.Context, q database.Q, p index.Project) error

// OnlyIf is the same actions under a condition: it is asked under the lock of the
// project's name, so nothing changes between its answer and the act.
func (a *Actions) OnlyIf(c Condition) *Actions {
	under := *a
	under.condition = c
	return &under
}

func (c Condition) ask(ctx context.Context, q database.Q, p index.Project) error {
	if c == nil {
		return nil
	}
	return c(ctx, q, p)
}
