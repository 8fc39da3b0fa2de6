package ops

import (
	"context"
	"fmt"
	"strings"
)

// ProjectList lists projects.
type ProjectList struct {
	Ownerless bool `help:"Only those that nobody owns: no open account and no organization (SD-24)."`
	JSON      bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ProjectList) Run(ctx context.Context, o *Operator) error {
	projects, err := o.DB.ProjectsBy(ctx, c.Ownerless)
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, p := range projects {
		rows = append(rows, map[string]any{"name": p.Name, "private": p.Private, "created": p.CreatedAt, "size": p.Size})
		fmt.Fprintln(&text, p.Name)
	}
	return o.say(c.JSON, rows, "%s", text.String())
}
