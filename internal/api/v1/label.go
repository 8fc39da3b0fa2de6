package v1

import (
	"time"

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

// placedLabelJSON is a public label on a thing.
type placedLabelJSON struct {
	labelJSON
	Reason string    `json:"reason,omitempty" doc:"Why it was set."`
	Since  time.Time `json:"since" doc:"When it was set."`
	Until  time.Time `json:"until,omitzero" doc:"When it ends by itself."`
}

// labelsOn lists the public labels on a thing.
func (c *call) labelsOn(q database.Q, level index.Level, id int64) ([]placedLabelJSON, error) {
	out := []placedLabelJSON{}
	err := c.eachLabel(q, level, id, func(l index.Label, f database.StoodFlag) {
		if l.Public {
			out = append(out, toPlaced(l, f))
		}
	})
	return out, err
}

func toPlaced(l index.Label, f database.StoodFlag) placedLabelJSON {
	return placedLabelJSON{toLabel(l), f.Reason, f.Since, f.Until}
}

// eachLabel goes through the labels on a thing that are defined.
func (c *call) eachLabel(q database.Q, level index.Level, id int64, fn func(index.Label, database.StoodFlag)) error {
	flags, err := q.FlagsOn(c.ctx, level, id, true)
	if err != nil {
		return err
	}
	for _, f := range flags {
		if _, kind := index.KindOf(f.Kind); kind {
			continue
		}
		l, found, err := q.Label(c.ctx, f.Kind)
		if err != nil {
			return err
		}
		if found {
			fn(l, f)
		}
	}
	return nil
}

// publicLabelsJSON is what everybody may know of an account or organization.
type publicLabelsJSON struct {
	Labels []placedLabelJSON `json:"labels" doc:"The public labels on it."`
}

func (c *call) readUserLabels(q database.Q) (out publicLabelsJSON, err error) {
	u, err := c.account(q)
	if err != nil {
		return out, err
	}
	out.Labels, err = c.labelsOn(q, index.OnUser, u.ID)
	return out, err
}

// account finds the open account in the address.
func (c *call) account(q database.Q) (index.User, error) {
	u, found, err := q.UserByName(c.ctx, c.path("username"))
	if err == nil && (!found || !u.ClosedAt.IsZero()) {
		err = index.Refuse(index.CodeNotFound, "There is no user %.60q here.", c.path("username"))
	}
	return u, err
}

func (c *call) readGroupLabels(q database.Q) (out publicLabelsJSON, err error) {
	o, err := c.organizationNamed(q)
	if err != nil {
		return out, err
	}
	out.Labels, err = c.labelsOn(q, index.OnOrganization, o.ID)
	return out, err
}

// organizationNamed finds the organization in the address for everybody.
func (c *call) organizationNamed(q database.Q) (index.Organization, error) {
	o, found, err := q.Organization(c.ctx, c.path("organization"))
	if err == nil && !found {
		err = noOrganization(c.path("organization"))
	}
	return o, err
}

func labelOperations() []operation {
	const doc = "Everybody may read it; what is not public is for moderators."
	return []operation{
		{ID: "listLabels", Tag: "projects", Method: "GET", Path: "/labels", Right: access.ReadIndex, Listed: true, Summary: "The labels that the index's administrators defined", Reads: reads((*call).readLabels)},
		{ID: "getUserLabels", Tag: "projects", Method: "GET", Path: "/users/{username}/labels", Right: access.ReadIndex, Summary: "The public labels on an account", Doc: doc, Reads: reads((*call).readUserLabels)},
		{ID: "getOrganizationLabels", Tag: "projects", Method: "GET", Path: atOrganization + "/labels", Right: access.ReadIndex, Summary: "The public labels on an organization", Doc: doc, Reads: reads((*call).readGroupLabels)},
	}
}
