package ops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/standing"
)

// FlagCommand groups the commands on flags.
type FlagCommand struct {
	Set   FlagSet   `cmd:"" help:"Set a flag. Example: strongroom admin flag set --project demo --release 1.0 yanked --reason 'broken on Windows'"`
	Clear FlagClear `cmd:"" help:"Clear a flag."`
	List  FlagList  `cmd:"" help:"List the flags on a project and everything in it, or on an account."`
}

// FlagSet sets a flag.
type FlagSet struct {
	subjects
	Kind      string   `arg:"" help:"yanked, deprecated, archived, quarantined, removed, deleted, locked, frozen, or a label."`
	Releases  string   `help:"All releases that a specifier set matches, such as '<2.0', as a rule that can be ended." placeholder:"SPECIFIER"`
	Later     bool     `help:"With --releases: matching releases that are uploaded later too."`
	Category  string   `help:"Deprecated: eol, insecure, superseded, other. Removed: malware, spam, impersonation, policy, legal … (other when left out). Locked: legal, dispute."`
	Reason    string   `help:"The public reason, one line."`
	Details   string   `help:"A longer public text."`
	URL       string   `name:"url" help:"Where to read more."`
	Successor []string `help:"A project to use instead."`
	Until     string   `help:"When it ends: a date such as 2026-12-31, or a time from now such as 30d." placeholder:"T"`
	From      string   `help:"When it begins, written like --until." placeholder:"T"`
	Note      string   `help:"A private note."`
	JSON      bool     `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *FlagSet) Run(ctx context.Context, o *Operator) error {
	f := index.Flag{Kind: c.Kind, Category: c.Category, Reason: c.Reason, Details: c.Details, URL: c.URL, Successors: c.Successor, Side: index.ByAdministrator}
	var err error
	now := o.Recorder.Clock()
	if f.Until, err = parseUntil(c.Until, now); err != nil {
		return err
	}
	if f.From, err = parseUntil(c.From, now); err != nil {
		return err
	}
	if c.Releases != "" {
		return c.rule(ctx, o, f)
	}
	return o.changeFlags(ctx, c.subjects, c.JSON, func(tx *change.Tx, s standing.Subject, out *outcome) error {
		if c.Kind == index.Deleted {
			return o.deleteThing(ctx, tx, s, c.Category, c.Reason, out)
		}
		if isTakedown(c.Kind) {
			return takeDown(ctx, tx, s, f, c.Note, out)
		}
		set, err := maintain.SetFlag(ctx, tx, s, f, c.Note)
		out.Flag = &set
		return err
	})
}

// rule sets the flag on all releases that match (ST-9).
func (c *FlagSet) rule(ctx context.Context, o *Operator, f index.Flag) error {
	if c.Release != "" || c.File != "" || !f.Until.IsZero() {
		return errors.New("--releases stands alone: without --release, --file and --until")
	}
	return o.changeFlags(ctx, c.subjects, c.JSON, func(tx *change.Tx, s standing.Subject, out *outcome) error {
		p, _, err := tx.ProjectByID(ctx, s.ProjectID)
		if err != nil {
			return err
		}
		r := index.ReleaseRule{Kind: f.Kind, Specifier: c.Releases, Category: f.Category, Reason: f.Reason, URL: f.URL, Successors: f.Successors, From: f.From, Later: c.Later}
		r, out.Matched, err = maintain.AddRule(ctx, tx, p, r)
		out.Rule = r.ID
		return err
	})
}

// FlagClear clears a flag.
type FlagClear struct {
	subjects
	Kind string `arg:"" help:"The kind of flag, or a label."`
	Rule int64  `help:"Ends a rule instead, by its number, and clears what it set." placeholder:"N"`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *FlagClear) Run(ctx context.Context, o *Operator) error {
	return o.changeFlags(ctx, c.subjects, c.JSON, func(tx *change.Tx, s standing.Subject, out *outcome) error {
		if isTakedown(c.Kind) && c.Rule == 0 {
			return clearTakedown(ctx, tx, s, c.Kind, out)
		}
		if c.Rule == 0 {
			return maintain.ClearFlag(ctx, tx, s, c.Kind)
		}
		p, _, err := tx.ProjectByID(ctx, s.ProjectID)
		if err != nil {
			return err
		}
		return maintain.EndRule(ctx, tx, p, c.Rule)
	})
}

// changeFlags does something with everything that is named, in one change, and
// says what came of it.
func (o *Operator) changeFlags(ctx context.Context, on subjects, asJSON bool, act func(*change.Tx, standing.Subject, *outcome) error) error {
	var all []outcome
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		all = nil
		found, err := on.find(ctx, o, tx)
		if err != nil {
			return err
		}
		for _, s := range found {
			out := outcome{Subject: s.String()}
			if err := act(tx, s, &out); err != nil {
				return err
			}
			if out.Status, err = statusNow(ctx, tx.Q, s); err != nil {
				return err
			}
			all = append(all, out)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return o.sayOutcomes(asJSON, all)
}

// FlagList lists the flags on a project and all that is in it, on a part of it,
// or on an account.
type FlagList struct {
	Project string `help:"The project." xor:"on"`
	User    string `help:"The account." xor:"on"`
	part
	All  bool `help:"Those that were cleared too."`
	JSON bool `name:"json" help:"Answer as JSON."`
}

// flagRow is a flag with what it stands on and its history.
type flagRow struct {
	Subject string `json:"subject"`
	index.Flag
	Note      string     `json:"note,omitempty"`
	SetBy     string     `json:"set_by"`
	ClearedBy string     `json:"cleared_by,omitempty"`
	ClearedAt *time.Time `json:"cleared_at,omitempty"`
}

// Run implements Command.
func (c *FlagList) Run(ctx context.Context, o *Operator) error {
	s, err := c.subject(ctx, o)
	if err != nil {
		return err
	}
	flags, err := o.DB.FlagsWithin(ctx, s.Level, s.ID, !c.All)
	if err != nil {
		return err
	}
	rows, text := []flagRow{}, ""
	for _, f := range flags {
		on, _, err := o.DB.SubjectByID(ctx, f.Level, f.SubjectID)
		if err != nil {
			return err
		}
		subject := standing.Subject{Level: f.Level, Name: on.Name, Version: on.Version, File: on.File}.String()
		row := flagRow{Subject: subject, Flag: f.Flag, Note: f.Note, SetBy: f.SetBy, ClearedBy: f.ClearedBy}
		ended := ""
		if !f.ClearedAt.IsZero() {
			row.ClearedAt, ended = &f.ClearedAt, "cleared "+f.ClearedAt.Format(time.DateOnly)
		}
		rows = append(rows, row)
		text += fmt.Sprintf("%s\t%s\t%s\t%s\t%s\n", subject, f.Kind, f.Since.Format(time.DateOnly), f.Reason, ended)
	}
	return o.say(c.JSON, rows, "%s", text)
}

func (c *FlagList) subject(ctx context.Context, o *Operator) (s standing.Subject, err error) {
	if c.User != "" {
		u, found, err := o.DB.UserByName(ctx, c.User)
		if err == nil && !found {
			err = fmt.Errorf("there is no user %q", c.User)
		}
		return standing.Subject{Level: index.OnUser, ID: u.ID}, err
	}
	on, err := c.place()
	if err != nil {
		return s, err
	}
	p, err := projectNamed(ctx, o.DB.Q, c.Project)
	if err != nil {
		return s, err
	}
	return standing.In(ctx, o.DB.Q, p, on)
}
