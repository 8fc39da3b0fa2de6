package ops

import (
	"context"
	"fmt"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/packaging"
)

// ActCommand groups the commands on what moderators and rules did.
type ActCommand struct {
	List ActList `cmd:"" help:"List what moderators and rules did, the newest first. Example: strongroom admin act list --project demo"`
	Undo ActUndo `cmd:"" help:"Take an act back: everything is as it was before."`
}

// ActList lists acts.
type ActList struct {
	Project string `help:"Only those on one name."`
	Limit   int    `default:"50" help:"How many."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ActList) Run(ctx context.Context, o *Operator) error {
	acts, err := o.DB.ActsBefore(ctx, 0, c.Limit)
	if c.Project != "" {
		acts, err = o.DB.ActsOf(ctx, packaging.NormalizeName(c.Project), c.Limit)
	}
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, a := range acts {
		rows = append(rows, actRow(a))
		fmt.Fprintf(&text, "%s\t%s\t%s %s\tby %s\t%s%s\n", a.UID, a.At.Format("2006-01-02 15:04"), a.Kind, a.Object, a.Actor, a.Reason, undoneText(a))
	}
	return o.say(c.JSON, map[string]any{"acts": rows}, "%s", &text)
}

func undoneText(a index.Act) string {
	if !a.Undone() {
		return ""
	}
	return "\tundone by " + a.UndoneBy
}

func actRow(a index.Act) map[string]any {
	row := map[string]any{"uid": a.UID, "kind": a.Kind, "object": a.Object, "reason": a.Reason, "automatic": a.Automatic, "by": a.Actor, "at": a.At, "effects": effectRows(a)}
	if a.Undone() {
		row["undone_by"], row["undone_at"] = a.UndoneBy, a.UndoneAt
	}
	return row
}

// effectRows names what an act changed, with whom it froze.
func effectRows(a index.Act) []map[string]any {
	rows := []map[string]any{}
	for _, e := range a.Effects {
		rows = append(rows, map[string]any{"on": e.On, "object": e.Object, "key": e.Key})
	}
	return rows
}

// ActUndo takes an act back.
type ActUndo struct {
	UID  string `arg:"" name:"uid" help:"The act, as the list names it."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ActUndo) Run(ctx context.Context, o *Operator) error {
	var act index.Act
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) (err error) {
		act, err = moderate.Undo(ctx, tx, c.UID)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, actRow(act), "Undone: %s %s.\n", act.Kind, act.Object)
}
