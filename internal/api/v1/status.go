package v1

import (
	"slices"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// statusBody asks for an owner's status of a project.
type statusBody struct {
	Status     string    `json:"status" need:"yes" enum:"active,deprecated,archived" doc:"What the project shall be: active takes back what its owners said before."`
	Category   string    `json:"category,omitempty" enum:"eol,insecure,superseded,other" doc:"What sort of deprecation."`
	Reason     string    `json:"reason,omitempty" doc:"Why, in one line of at most 500 characters."`
	Details    string    `json:"details,omitempty" doc:"Why, at length, at most 4000 characters."`
	URL        string    `json:"url,omitempty" doc:"An https address to read more at."`
	Successors []string  `json:"successors,omitempty" doc:"Up to five: names of projects here, https addresses of others."`
	From       time.Time `json:"from,omitzero" doc:"A date to come: until then it is announced only."`
	Until      time.Time `json:"until,omitzero" doc:"When it ends by itself."`
}

func (b statusBody) flag() index.Flag {
	return index.Flag{
		Kind: b.Status, Category: b.Category, Reason: b.Reason, Details: b.Details, URL: b.URL, Successors: b.Successors,
		From: b.From.UTC(), Until: b.Until.UTC(),
	}
}

// setStatus makes the project what its owner says, in one change.
func (c *call) setStatus(in statusBody) error {
	if in.Status == "active" {
		if rest := in; !rest.bare() {
			return index.Refuse(index.CodeInvalidBody, "An active project has no reason, category, address, successors or dates; leave them out.")
		}
		return c.maintain.SetStatus(c.ctx, c.visitor, c.at.Project, nil)
	}
	f := in.flag()
	return c.maintain.SetStatus(c.ctx, c.visitor, c.at.Project, &f)
}

// bare reports whether nothing but the status is asked for.
func (b statusBody) bare() bool {
	return b.Category+b.Reason+b.Details+b.URL == "" && len(b.Successors) == 0 && b.From.IsZero() && b.Until.IsZero()
}

// yankBody says why something is yanked.
type yankBody struct {
	Reason string `json:"reason,omitempty" doc:"Why, in one line of at most 500 characters; installers show it (PEP 592)."`
}

func (c *call) yankRelease(in yankBody) error {
	return c.onRelease(func(on maintain.Place, now index.Standing) error { return c.yank(on, now, in.Reason) })
}

func (c *call) unyankRelease(none) error { return c.onRelease(c.unyank) }

func (c *call) yankFile(in yankBody) error {
	return c.onFile(func(on maintain.Place, now index.Standing) error { return c.yank(on, now, in.Reason) })
}

func (c *call) unyankFile(none) error { return c.onFile(c.unyank) }

// onRelease does something to the release in the address, given its flags.
func (c *call) onRelease(fn func(on maintain.Place, now index.Standing) error) error {
	r, err := c.release(c.DB.Q, c.at.Project)
	if err != nil {
		return err
	}
	return fn(maintain.Place{Version: r.Canonical}, r.Standing)
}

// onFile does something to the file in the address, given its flags.
func (c *call) onFile(fn func(on maintain.Place, now index.Standing) error) error {
	f, err := c.file(c.DB.Q, c.at.Project)
	if err != nil {
		return err
	}
	return fn(maintain.Place{File: f.Filename}, f.Standing)
}

// yank does nothing when it stands already with that reason: to ask twice is no
// second change (ST-13).
func (c *call) yank(on maintain.Place, now index.Standing, reason string) error {
	f, stands := now.Get(index.Yanked)
	if stands && f.Reason == reason {
		return nil
	}
	_, err := c.maintain.SetFlag(c.ctx, c.visitor, c.at.Project, on, index.Flag{Kind: index.Yanked, Reason: reason})
	return err
}

func (c *call) unyank(on maintain.Place, now index.Standing) error {
	if _, stands := now.Get(index.Yanked); !stands {
		return nil
	}
	return c.maintain.ClearFlag(c.ctx, c.visitor, c.at.Project, on, index.Yanked)
}

// flagsJSON is all that is said about a thing itself.
type flagsJSON struct {
	Flags  []flagJSON        `json:"flags" doc:"The flags on it."`
	Labels []placedLabelJSON `json:"labels" doc:"The public labels on it."`
}

// readFlags lists the flags and public labels on the project.
func (c *call) readFlags(q database.Q) (out flagsJSON, err error) {
	p, err := c.readProject(q)
	return flagsJSON{slices.Clip(p.Flags), p.Labels}, err
}
