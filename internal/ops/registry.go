package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

// NameCommand groups the commands on the name registry.
type NameCommand struct {
	Prohibit NameProhibit `cmd:"" help:"Keep a name from being registered."`
	Assign   NameAssign   `cmd:"" help:"Give the name of a deleted project to somebody. Example: strongroom admin name assign demo --owner alice"`
	Allow    NameAllow    `cmd:"" help:"Lift a prohibition."`
}

// NameProhibit keeps a name that no project holds from being registered.
type NameProhibit struct {
	Name string `arg:"" help:"The name."`
	Note string `help:"Why."`
}

// Run implements Command.
func (c *NameProhibit) Run(ctx context.Context, o *Operator) error {
	return setName(ctx, o, c.Name, index.NameProhibited, c.Note, index.EventNameProhibit)
}

// NameAllow lifts a prohibition.
type NameAllow struct {
	Name string `arg:"" help:"The name."`
}

// Run implements Command.
func (c *NameAllow) Run(ctx context.Context, o *Operator) error {
	return setName(ctx, o, c.Name, index.NameActive, "", index.EventNameFree)
}

func setName(ctx context.Context, o *Operator, text string, state index.NameState, note, event string) error {
	if !packaging.ValidName(text) {
		return fmt.Errorf("%q is not a project name", text)
	}
	name := packaging.NormalizeName(text)
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		row := index.Name{Name: name, LookAlike: packaging.LookAlike(name), State: state, CreatedAt: tx.Now}
		if _, err := tx.ClaimName(ctx, row); err != nil {
			return err
		}
		row, _, err := tx.LockName(ctx, name)
		if err != nil {
			return err
		}
		if row.ProjectID != 0 {
			return fmt.Errorf("the project %s holds the name; remove or delete it instead", name)
		}
		row.State, row.Note = state, note
		tx.Event(index.Event{Action: event, Object: "name:" + name, Reason: note})
		return tx.UpdateName(ctx, row)
	})
	if err != nil {
		return err
	}
	return o.say(false, nil, "Done: %s.\n", name)
}

// SwitchCommand turns run-time switches.
type SwitchCommand struct {
	Name string `arg:"" help:"read-only, disallow-new-upload, disallow-new-project-registration or disallow-deletion."`
	To   string `arg:"" enum:"on,off" help:"on or off."`
	Note string `help:"What people who are refused should know."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *SwitchCommand) Run(ctx context.Context, o *Operator) error {
	if !slices.Contains(index.Switches(), c.Name) {
		return fmt.Errorf("there is no switch %q; the switches are %s", c.Name, strings.Join(index.Switches(), ", "))
	}
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		tx.Event(index.Event{Action: index.EventSwitch, Object: "switch:" + c.Name, After: c.To, Reason: c.Note})
		return tx.Switch(ctx, c.Name, c.Note, c.To == "on", tx.Actor, tx.Now.UnixMicro())
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"switch": c.Name, "to": c.To}, "%s is %s.\n", c.Name, c.To)
}
