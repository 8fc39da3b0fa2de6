package ops

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
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
	Text   string `help:"What it means."`
	JSON   bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *LabelPut) Run(ctx context.Context, o *Operator) error {
	if !regexp.MustCompile(`^[a-z0-9-]{1,40}$`).MatchString(c.Key) {
		return fmt.Errorf("%q is no name for a label: 1 to 40 small letters, digits and hyphens", c.Key)
	}
	if _, taken := index.KindOf(c.Key); taken {
		return fmt.Errorf("%q is a flag that things depend on; give the label another name", c.Key)
	}
	if !slices.Contains(index.LabelColours(), c.Colour) {
		return fmt.Errorf("%q is no colour for a label; it is one of %s", c.Colour, strings.Join(index.LabelColours(), ", "))
	}
	l := index.Label{Key: c.Key, Public: c.Public, Colour: c.Colour, Text: c.Text}
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		l.CreatedBy, l.CreatedAt = tx.Actor.Username, tx.Now
		tx.Event(index.Event{Action: index.EventLabelPut, Object: "label:" + l.Key, After: l.Colour, Reason: l.Text})
		return tx.PutLabel(ctx, l)
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
		found, err := tx.RemoveLabel(ctx, c.Key)
		if err == nil && !found {
			err = fmt.Errorf("there is no label %q", c.Key)
		}
		tx.Event(index.Event{Action: index.EventLabelRemove, Object: "label:" + c.Key})
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
