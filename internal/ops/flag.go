package ops

import (
	"context"
	"fmt"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
	"strongroom/internal/standing"
)

// FlagCommand groups the commands on flags.
type FlagCommand struct {
	Set   FlagSet   `cmd:"" help:"Set a flag. Example: strongroom admin flag set --project demo --release 1.0 yanked --reason 'broken on Windows'"`
	Clear FlagClear `cmd:"" help:"Clear a flag."`
	List  FlagList  `cmd:"" help:"List the flags on a project."`
}

// subject is the flags that name what a flag stands on.
type subject struct {
	Project string `required:"" help:"The project."`
	Release string `help:"One release of it." xor:"part"`
	File    string `help:"One file of it." xor:"part"`
}

func (s subject) find(ctx context.Context, tx *change.Tx) (standing.Subject, error) {
	canonical := ""
	if s.Release != "" {
		v, err := pep440.Parse(s.Release)
		if err != nil {
			return standing.Subject{}, err
		}
		canonical = v.Canonical()
	}
	return standing.Find(ctx, tx, packaging.NormalizeName(s.Project), canonical, s.File)
}

// FlagSet sets a flag.
type FlagSet struct {
	subject
	Kind      string   `arg:"" help:"The kind of flag."`
	Category  string   `help:"For removals: malware, spam, impersonation, policy, legal …"`
	Reason    string   `help:"The public reason, one line."`
	URL       string   `name:"url" help:"Where to read more."`
	Successor []string `help:"A project to use instead."`
	Note      string   `help:"A private note."`
	JSON      bool     `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *FlagSet) Run(ctx context.Context, o *Operator) error {
	return changeFlag(ctx, o, c.subject, c.JSON, func(tx *change.Tx, s standing.Subject) error {
		f := index.Flag{Kind: c.Kind, Category: c.Category, Reason: c.Reason, URL: c.URL, Successors: c.Successor}
		_, err := standing.Set(ctx, tx, s, f, c.Note)
		return err
	})
}

// FlagClear clears a flag.
type FlagClear struct {
	subject
	Kind string `arg:"" help:"The kind of flag."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *FlagClear) Run(ctx context.Context, o *Operator) error {
	return changeFlag(ctx, o, c.subject, c.JSON, func(tx *change.Tx, s standing.Subject) error {
		return standing.Clear(ctx, tx, s, c.Kind)
	})
}

func changeFlag(ctx context.Context, o *Operator, sub subject, asJSON bool, act func(*change.Tx, standing.Subject) error) error {
	var on standing.Subject
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		s, err := sub.find(ctx, tx)
		if err != nil {
			return err
		}
		on = s
		return act(tx, s)
	})
	if err != nil {
		return err
	}
	return o.say(asJSON, map[string]any{"subject": on.String()}, "Done: %s.\n", on)
}

// FlagList lists the flags on a project itself.
type FlagList struct {
	Project string `required:"" help:"The project."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *FlagList) Run(ctx context.Context, o *Operator) error {
	p, found, err := o.DB.Project(ctx, packaging.NormalizeName(c.Project))
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no project %q", c.Project)
	}
	flags := append(index.Standing{}, p.Standing...)
	text := ""
	for _, f := range flags {
		text += fmt.Sprintf("%s\t%s\t%s\n", f.Kind, f.Since.Format("2006-01-02"), f.Reason)
	}
	return o.say(c.JSON, flags, "%s", text)
}
