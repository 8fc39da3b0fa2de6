package ops

import (
	"context"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/packaging"
	"strongroom/internal/standing"
)

// takenPart is what a takedown is of.
type takenPart struct {
	Project string `arg:"" help:"The project."`
	part
}

// words are what is said of a takedown.
type words struct {
	Reason  string   `help:"The public reason: one line of ASCII, 200 characters at most."`
	Details string   `help:"Longer public text."`
	URL     string   `name:"url" help:"An advisory, or where to read more (https)."`
	Note    string   `help:"A private note."`
	Silent  bool     `help:"Do not tell the owners."`
	Report  []string `help:"A report that is answered by it."`
	JSON    bool     `name:"json" help:"Answer as JSON."`
}

func (w words) takedown() moderate.Takedown {
	return moderate.Takedown{Reason: w.Reason, Details: w.Details, URL: w.URL, Note: w.Note, Silent: w.Silent, Confirms: w.Report}
}

// QuarantineCommand takes something out of reach until somebody has judged it.
type QuarantineCommand struct {
	takenPart
	words
	FreezeOwners bool `help:"Freeze its owners and maintainers too."`
}

// Run implements Command.
func (c *QuarantineCommand) Run(ctx context.Context, o *Operator) error {
	t := c.takedown()
	t.FreezeOwners = c.FreezeOwners
	return c.act(ctx, o, c.JSON, func(tx *change.Tx, s standing.Subject) (index.Act, error) { return moderate.Quarantine(ctx, tx, s, t) })
}

// RemoveCommand takes something away for good.
type RemoveCommand struct {
	takenPart
	words
	Category   string `required:"" enum:"malware,spam,dependency-confusion,impersonation,policy,legal,other" help:"As what: malware, spam, dependency-confusion, impersonation, policy, legal or other."`
	KeepOwners bool   `help:"Do not freeze its owners and maintainers, as is done for malware."`
}

// Run implements Command.
func (c *RemoveCommand) Run(ctx context.Context, o *Operator) error {
	t := c.takedown()
	t.Category, t.KeepOwners = c.Category, c.KeepOwners
	return c.act(ctx, o, c.JSON, func(tx *change.Tx, s standing.Subject) (index.Act, error) { return moderate.Remove(ctx, tx, s, t) })
}

// ClearTakedownCommand ends a quarantine or removal.
type ClearTakedownCommand struct {
	takenPart
	words
}

// Run implements Command.
func (c *ClearTakedownCommand) Run(ctx context.Context, o *Operator) error {
	t := c.takedown()
	return c.act(ctx, o, c.JSON, func(tx *change.Tx, s standing.Subject) (index.Act, error) {
		return moderate.ClearTakedown(ctx, tx, s, t)
	})
}

// act runs fn with the part held, and tells how to undo it.
func (p takenPart) act(ctx context.Context, o *Operator, asJSON bool, fn func(*change.Tx, standing.Subject) (index.Act, error)) error {
	on, err := p.place()
	if err != nil {
		return err
	}
	return moderated(ctx, o, asJSON, func(tx *change.Tx) (index.Act, error) {
		s, err := standing.Find(ctx, tx, packaging.NormalizeName(p.Project), on.Version, on.File)
		if err != nil {
			return index.Act{}, err
		}
		return fn(tx, s)
	})
}

// moderated runs an act of package moderate and tells how to undo it.
func moderated(ctx context.Context, o *Operator, asJSON bool, fn func(*change.Tx) (index.Act, error)) error {
	var act index.Act
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) (err error) {
		act, err = fn(tx)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(asJSON, actRow(act), "Done: %s %s. To take it back: strongroom admin act undo %s\n", act.Kind, act.Object, act.UID)
}
