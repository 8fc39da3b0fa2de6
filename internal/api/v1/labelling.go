package v1

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
)

// labelsJSON is all labels on a thing, for moderators.
type labelsJSON struct {
	Labels []heldLabelJSON `json:"labels" doc:"The labels on it, the newest first."`
	Act    string          `json:"act,omitempty" doc:"The act's identifier: it is undone with it. None where nothing was done."`
}

// heldLabelJSON is a label on a thing, for moderators.
type heldLabelJSON struct {
	placedLabelJSON
	Note  string `json:"note,omitempty" doc:"What moderators noted."`
	SetBy string `json:"set_by" doc:"Who set it."`
}

func (c *call) allLabelsOn(thing moderate.Thing, act index.Act) (out labelsJSON, err error) {
	out.Labels, out.Act = []heldLabelJSON{}, act.UID
	err = c.eachLabel(c.DB.Q, thing.Level, thing.ID, func(l index.Label, f database.StoodFlag) {
		out.Labels = append(out.Labels, heldLabelJSON{toPlaced(l, f), f.Note, f.SetBy})
	})
	return out, err
}

// labelBody sets a label.
type labelBody struct {
	Reason string    `json:"reason,omitempty" doc:"Why, in one line that is shown with it."`
	Note   string    `json:"note,omitempty" doc:"For moderators only."`
	Until  time.Time `json:"until,omitzero" doc:"When it ends by itself; never without."`
}

func (c *call) flagOf(in labelBody) index.Flag {
	return index.Flag{Kind: c.path("label"), Reason: in.Reason, Until: in.Until.UTC()}
}

func (c *call) labelPart(in labelBody) (out labelsJSON, err error) {
	on, err := c.place()
	if err != nil {
		return out, err
	}
	act, err := c.Moderate.LabelPart(c.ctx, c.visitor, c.project, on, c.flagOf(in), in.Note)
	if err != nil {
		return out, err
	}
	return c.labelsOnPart(act)
}

func (c *call) unlabelPart(none) (out labelsJSON, err error) {
	on, err := c.place()
	if err != nil {
		return out, err
	}
	act, err := c.Moderate.UnlabelPart(c.ctx, c.visitor, c.project, on, c.path("label"))
	if err != nil {
		return out, err
	}
	return c.labelsOnPart(act)
}

// labelsOnPart is for the part of the project that the address names, after an
// act on it.
func (c *call) labelsOnPart(act index.Act) (out labelsJSON, err error) {
	p, err := c.here(c.DB.Q)
	if err != nil {
		return out, err
	}
	thing := moderate.Thing{Level: index.OnProject, ID: p.ID}
	switch {
	case c.path("filename") != "":
		f, err := c.file(c.DB.Q, p)
		if err != nil {
			return out, err
		}
		thing = moderate.Thing{Level: index.OnFile, ID: f.ID}
	case c.path("version") != "":
		r, err := c.release(c.DB.Q, p)
		if err != nil {
			return out, err
		}
		thing = moderate.Thing{Level: index.OnRelease, ID: r.ID}
	}
	return c.allLabelsOn(thing, act)
}

// labelled finds the account or organization in the address.
func (c *call) labelled() (thing moderate.Thing, err error) {
	if c.path("username") != "" {
		u, err := c.account(c.DB.Q)
		return moderate.Thing{Level: index.OnUser, ID: u.ID}, err
	}
	o, err := c.organizationNamed(c.DB.Q)
	return moderate.Thing{Level: index.OnOrganization, ID: o.ID}, err
}

func (c *call) label(in labelBody) (out labelsJSON, err error) {
	thing, err := c.labelled()
	if err != nil {
		return out, err
	}
	_, act, err := c.Moderate.SetLabel(c.ctx, c.visitor, []moderate.Thing{thing}, c.flagOf(in), in.Note)
	if err != nil {
		return out, err
	}
	return c.allLabelsOn(thing, act)
}

func (c *call) unlabel(none) (out labelsJSON, err error) {
	thing, err := c.labelled()
	if err != nil {
		return out, err
	}
	_, act, err := c.Moderate.ClearLabel(c.ctx, c.visitor, []moderate.Thing{thing}, c.path("label"))
	if err != nil {
		return out, err
	}
	return c.allLabelsOn(thing, act)
}

// definitionBody defines a label.
type definitionBody struct {
	Text   string `json:"text" need:"yes" doc:"What it means, for people."`
	Colour string `json:"colour" need:"yes" enum:"grey,blue,green,yellow,red" doc:"The colour that pages show it in."`
	Public bool   `json:"public,omitempty" doc:"Everybody sees it, not only moderators."`
}

func (c *call) define(in definitionBody) (labelJSON, error) {
	l := index.Label{Key: c.path("label"), Public: in.Public, Colour: in.Colour, Text: in.Text}
	_, err := c.Moderate.DefineLabel(c.ctx, c.visitor, l)
	return toLabel(l), err
}

func (c *call) drop(none) (out goneJSON, err error) {
	_, err = c.Moderate.DropLabel(c.ctx, c.visitor, c.path("label"))
	return goneJSON{c.path("label")}, err
}

// trustBody says whether the reports of an account count more.
type trustBody struct {
	Trusted bool `json:"trusted" doc:"Whether they do afterwards."`
}

// trustJSON is what moderators think of an account's reports.
type trustJSON struct {
	Username string `json:"username" doc:"Whose account."`
	Trusted  bool   `json:"trusted" doc:"Its reports count more."`
}

func (c *call) trust(in trustBody) (out trustJSON, err error) {
	u, err := c.account(c.DB.Q)
	if err != nil {
		return out, err
	}
	_, err = c.Moderate.Trust(c.ctx, c.visitor, u.Username, in.Trusted)
	return trustJSON{u.Username, in.Trusted}, err
}

func labellingOperations() (out []operation) {
	on := func(name, path, thing string, set, clear doer) {
		path = "/moderation" + path + "/labels/{label}"
		out = append(out,
			operation{ID: "label" + name, Tag: "moderation", Method: "PUT", Path: path, Right: access.Moderate, Summary: "Puts a label on " + thing, Doc: "Nothing behaves differently for a label.", Does: set},
			operation{ID: "unlabel" + name, Tag: "moderation", Method: "DELETE", Path: path, Right: access.Moderate, Summary: "Takes a label off " + thing, Does: clear},
		)
	}
	set, clear := makes((*call).labelPart), makes((*call).unlabelPart)
	on("Project", atProject, "a project", set, clear)
	on("Release", atRelease, "a release", set, clear)
	on("File", atFile, "a file", set, clear)
	set, clear = makes((*call).label), makes((*call).unlabel)
	on("User", "/users/{username}", "an account", set, clear)
	on("Organization", atOrganization, "an organization", set, clear)
	const definition = "/moderation/labels/{label}"
	return append(out,
		operation{ID: "defineLabel", Tag: "moderation", Method: "PUT", Path: definition, Right: access.AdministerSite, Summary: "Defines a label, or changes how it is shown; by administrators", Does: makes((*call).define)},
		operation{ID: "dropLabel", Tag: "moderation", Method: "DELETE", Path: definition, Right: access.AdministerSite, Summary: "Takes the definition of a label away; by administrators", Doc: "Where it was set stays on record.", Does: makes((*call).drop)},
		operation{ID: "trustUser", Tag: "moderation", Method: "PUT", Path: "/moderation/users/{username}/trust", Right: access.Moderate, Summary: "Says whether the reports of an account count more", Does: makes((*call).trust)},
	)
}
