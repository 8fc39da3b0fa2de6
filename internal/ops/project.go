package ops

import (
	"context"
	"fmt"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/packaging"
)

// ProjectCommand groups the commands on projects.
type ProjectCommand struct {
	Private ProjectPrivate `cmd:"" help:"Let only who has a role in it read a project. Example: strongroom admin project private demo"`
	Public  ProjectPublic  `cmd:"" help:"Let whoever may read the index read a project."`
	Delete  ProjectDelete  `cmd:"" help:"Delete a project, a release or a file; nothing is destroyed. Example: strongroom admin project delete demo --release 1.0 --reason 'published by mistake'"`
	Restore ProjectRestore `cmd:"" help:"Undo a deletion."`
	Purge   ProjectPurge   `cmd:"" help:"Remove the bytes of what was deleted or removed, for good. Example: strongroom admin project purge demo --file demo-1.0.tar.gz --category secret"`
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

// set changes who may read.
func (c visibility) set(ctx context.Context, o *Operator, private bool) error {
	err := inProject(ctx, o, c.Name, func(tx *change.Tx, p index.Project) error { return maintain.MakePrivate(ctx, tx, p, private) })
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

// inProject runs fn with a project held.
func inProject(ctx context.Context, o *Operator, name string, fn func(tx *change.Tx, p index.Project) error) error {
	return o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		p, err := projectNamed(ctx, tx.Q, name)
		if err != nil {
			return err
		}
		if p, err = maintain.HoldProject(ctx, tx, p); err != nil {
			return err
		}
		return fn(tx, p)
	})
}

// projectNamed finds a project by name in any spelling.
func projectNamed(ctx context.Context, q database.Q, name string) (index.Project, error) {
	p, found, err := q.Project(ctx, packaging.NormalizeName(name))
	if err == nil && !found {
		err = fmt.Errorf("there is no project %q", name)
	}
	return p, err
}
