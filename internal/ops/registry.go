package ops

import (
	"context"
	"fmt"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
)

// NameCommand groups the commands on the name registry.
type NameCommand struct {
	Prohibit NameProhibit `cmd:"" help:"Keep a name from being registered. Example: strongroom admin name prohibit demoo --message 'this is not demo' --successor demo"`
	Assign   NameAssign   `cmd:"" help:"Give the name of a deleted project to somebody. Example: strongroom admin name assign demo --owner alice"`
	Allow    NameAllow    `cmd:"" help:"Lift a prohibition."`
}

// NameProhibit keeps a name that no project holds from being registered.
type NameProhibit struct {
	Name      string   `arg:"" help:"The name."`
	Message   string   `help:"What whoever asks for the name is told."`
	Successor []string `help:"A project to use instead, or an https address of one elsewhere."`
	Note      string   `help:"Why; private."`
	JSON      bool     `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *NameProhibit) Run(ctx context.Context, o *Operator) error {
	return moderated(ctx, o, c.JSON, func(tx *change.Tx) (index.Act, error) {
		return moderate.Prohibit(ctx, tx, c.Name, c.Message, c.Successor, c.Note)
	})
}

// NameAllow lifts a prohibition.
type NameAllow struct {
	Name string `arg:"" help:"The name."`
	Note string `help:"Why; private."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *NameAllow) Run(ctx context.Context, o *Operator) error {
	return moderated(ctx, o, c.JSON, func(tx *change.Tx) (index.Act, error) { return moderate.Allow(ctx, tx, c.Name, c.Note) })
}

// SwitchCommand groups the commands on run-time switches.
type SwitchCommand struct {
	Turn SwitchTurn `cmd:"" default:"withargs" help:"Turn a switch. Example: strongroom admin switch read-only on --note 'back at noon'"`
	List SwitchList `cmd:"" help:"List the switches, and which are on."`
}

// SwitchTurn turns a run-time switch.
type SwitchTurn struct {
	Name string `arg:"" help:"read-only, disallow-new-upload, disallow-new-project-registration, disallow-new-user-registration, disallow-deletion or disable-scanning."`
	To   string `arg:"" enum:"on,off" help:"on or off."`
	Note string `help:"What people who are refused should know."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *SwitchTurn) Run(ctx context.Context, o *Operator) error {
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		on, err := tx.Switches(ctx)
		if err != nil {
			return err
		}
		if note, is := on[c.Name]; is == (c.To == "on") && note == c.Note { // scripts say what they want, whatever is
			return nil
		}
		_, err = moderate.Switch(ctx, tx, c.Name, c.To == "on", c.Note)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"switch": c.Name, "to": c.To}, "%s is %s.\n", c.Name, c.To)
}

// SwitchList lists the switches.
type SwitchList struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *SwitchList) Run(ctx context.Context, o *Operator) error {
	on, err := o.DB.Switches(ctx)
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, name := range index.SwitchNames() {
		note, is := on[name]
		rows = append(rows, map[string]any{"switch": name, "on": is, "note": note})
		fmt.Fprintf(&text, "%s\t%s\t%s\n", name, map[bool]string{false: "off", true: "on"}[is], note)
	}
	return o.say(c.JSON, map[string]any{"switches": rows}, "%s", &text)
}
