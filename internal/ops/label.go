package ops

import (
	"cmp"
	"context"
	"fmt"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
)

// LabelCommand groups the commands on labels: flags that administrators define,
// and for which nothing behaves differently (ST-12).
type LabelCommand struct {
	Put    LabelPut    `cmd:"" help:"Define a label, or change how it is shown. Example: strongroom admin label put reviewed --public --colour green --text 'Somebody read it'"`
	Remove LabelRemove `cmd:"" help:"Take the definition of a label away."`
	List   LabelList   `cmd:"" help:"List the labels."`
	Set    FlagSet     `cmd:"" help:"Put a label on something. Example: strongroom admin label set --project demo reviewed"`
	Clear  FlagClear   `cmd:"" help:"Take a label off."`
}

// LabelPut defines a label.
type LabelPut struct {
	Key    string `arg:"" help:"Its name: 1 to 40 small letters, digits and hyphens."`
	Public bool   `help:"Everybody sees it."`
	Colour string `help:"grey, blue, green, yellow or red." default:"grey"`
	Text   string `help:"What it means; the name without."`
	JSON   bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *LabelPut) Run(ctx context.Context, o *Operator) error {
	l := index.Label{Key: c.Key, Public: c.Public, Colour: c.Colour, Text: cmp.Or(c.Text, c.Key)}
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		_, err := moderate.DefineLabel(ctx, tx, l)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, labelRow(l), "Done: %s.\n", l.Key)
}

func labelRow(l index.Label) map[string]any {
	return map[string]any{"key": l.Key, "public": l.Public, "colour": l.Colour, "text": l.Text}
}

// LabelRemove takes a definition away.
type LabelRemove struct {
	Key string `arg:"" help:"The label."`
}

// Run implements Command.
func (c *LabelRemove) Run(ctx context.Context, o *Operator) error {
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		_, err := moderate.DropLabel(ctx, tx, c.Key)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(false, nil, "Done: %s.\n", c.Key)
}

// LabelList lists the labels.
type LabelList struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *LabelList) Run(ctx context.Context, o *Operator) error {
	labels, err := o.DB.Labels(ctx)
	if err != nil {
		return err
	}
	rows, text := []map[string]any{}, ""
	for _, l := range labels {
		rows = append(rows, labelRow(l))
		text += fmt.Sprintf("%s\t%s\t%s\n", l.Key, l.Colour, l.Text)
	}
	return o.say(c.JSON, rows, "%s", text)
}
