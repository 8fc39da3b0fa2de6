package access

import (
	"context"
	"strings"

	"strongroom/internal/index"
)

// Writable refuses while an administrator has switched the index to read-only
// (FN-4). It is asked in each request that would change something, so the
// switch holds at once on all nodes.
func (g *Guard) Writable(ctx context.Context) error {
	on, err := g.DB.Switches(ctx)
	if err != nil {
		return err
	}
	if note, yes := on[index.SwitchReadOnly]; yes {
		return index.Refuse(index.CodeReadOnly, "%s", strings.TrimSpace("The index is read-only for now: nothing can be changed. Installing works. "+note))
	}
	return nil
}
