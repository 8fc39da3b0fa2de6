package ops

import (
	"context"
	"fmt"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

// ProjectCommand groups the commands on projects.
type ProjectCommand struct {
	Private ProjectPrivate `cmd:"" help:"Let only who has a role in it read a project. Example: strongroom admin project private demo"`
	Public  ProjectPublic  `cmd:"" help:"Let whoever may read the index read a project."`
	List    ProjectList    `cmd:"" help:"List projects. Example: strongroom admin project list --ownerless"`
}

// ProjectPrivate makes a project private.
type ProjectPrivate struct{ visibility }

// ProjectPublic makes a project public.
type ProjectPublic struct{ visibility }

type visibility struct {
	Name string `arg:"" help:"The project."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ProjectPrivate) Run(ctx context.Context, o *Operator) error { return c.set(ctx, o, true) }

// Run implements Command.
func (c *ProjectPublic) Run(ctx context.Context, o *Operator) error { return c.set(ctx, o, false) }

// set changes who may read. The journal says so, because lists and pages change;
// who follows the public changelog sees nothing of a private project.
func (c visibility) set(ctx context.Context, o *Operator, private bool) error {
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		p, err := projectNamed(ctx, tx.Q, c.Name)
		if err != nil || p.Private == private {
			return err
		}
		tx.Event(index.Event{Action: index.EventVisibility, Object: "project:" + p.Name, Before: seen(p.Private), After: seen(private)})
		tx.Journal(p.Name, "", "make "+seen(private))
		_, err = tx.SetPrivate(ctx, p.ID, private)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"project": packaging.NormalizeName(c.Name), "private": private}, "%s is %s.\n", c.Name, seen(private))
}

func seen(private bool) string {
	if private {
		return "private"
	}
	return "public"
}

// projectNamed finds a project by name in any spelling.
func projectNamed(ctx context.Context, q database.Q, name string) (index.Project, error) {
	p, found, err := q.Project(ctx, packaging.NormalizeName(name))
	if err == nil && !found {
		err = fmt.Errorf("there is no project %q", name)
	}
	return p, err
}
