package v1

import (
	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// labelJSON is the definition of a label (ST-12).
type labelJSON struct {
	Key    string `json:"key" doc:"The label."`
	Text   string `json:"text" doc:"What it means, for people."`
	Colour string `json:"colour" enum:"grey,blue,green,yellow,red" doc:"The colour that pages show it in."`
	Public bool   `json:"public" doc:"Everybody sees it, not only moderators."`
}

func toLabel(l index.Label) labelJSON { return labelJSON{l.Key, l.Text, l.Colour, l.Public} }

// readLabels lists the labels that there are; those that are not public for
// moderators.
func (c *call) readLabels(q database.Q) (out list[labelJSON], err error) {
	labels, err := q.Labels(c.ctx)
	if err != nil {
		return out, err
	}
	moderates := !c.visitor.Anonymous() && c.Guard.Decide(c.visitor, access.Moderate, access.At{}) == nil
	rows := []labelJSON{}
	for _, l := range labels {
		if l.Public || moderates {
			rows = append(rows, toLabel(l))
		}
	}
	return pageOf(c, rows, func(l labelJSON) string { return l.Key })
}

// labelsOn lists the public labels on a thing.
func (c *call) labelsOn(q database.Q, level index.Level, id int64) ([]labelJSON, error) {
	out := []labelJSON{}
	flags, err := q.FlagsOn(c.ctx, level, id, true)
	if err != nil {
		return nil, err
	}
	for _, f := range flags {
		if _, kind := index.KindOf(f.Kind); kind {
			continue
		}
		l, found, err := q.Label(c.ctx, f.Kind)
		if err != nil {
			return nil, err
		}
		if found && l.Public {
			out = append(out, toLabel(l))
		}
	}
	return out, nil
}
