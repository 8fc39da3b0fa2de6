package ops

import (
	"context"
	"errors"
	"fmt"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/packaging"
	"strongroom/internal/standing"
)

// ProjectDelete deletes a project or a part of it.
type ProjectDelete struct {
	Name string `arg:"" help:"The project."`
	part
	Category string `help:"Why: owner, admin, malware, legal or account." default:"admin"`
	Reason   string `help:"The public reason, one line."`
	JSON     bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ProjectDelete) Run(ctx context.Context, o *Operator) error {
	return o.changeFlags(ctx, subjects{Project: []string{c.Name}, part: c.part}, c.JSON, func(tx *change.Tx, s standing.Subject, out *outcome) error {
		return o.deleteThing(ctx, tx, s, c.Category, c.Reason, out)
	})
}

// deleteThing deletes for the operator, with the deadline that the settings give
// owners.
func (o *Operator) deleteThing(ctx context.Context, tx *change.Tx, s standing.Subject, category, reason string, out *outcome) error {
	if category == "" {
		category = "admin"
	}
	d := maintain.Deletion{Category: category, Reason: reason, Restorable: o.Maintain.Deletions.Restore}
	if err := maintain.Delete(ctx, tx, s, d); err != nil {
		return err
	}
	f, _, err := tx.StandingFlag(ctx, s.Level, s.ID, index.Deleted)
	out.Flag = &f.Flag
	return err
}

// ProjectRestore undoes a deletion.
type ProjectRestore struct {
	Name string `arg:"" help:"The project."`
	part
	UID    string `name:"uid" help:"The project of this UID, whose name somebody else has: it comes back into quarantine." placeholder:"UID"`
	Reason string `help:"With --uid: the public reason of the quarantine."`
	JSON   bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ProjectRestore) Run(ctx context.Context, o *Operator) error {
	if c.UID != "" {
		return c.intoQuarantine(ctx, o)
	}
	return o.changeFlags(ctx, subjects{Project: []string{c.Name}, part: c.part}, c.JSON, func(tx *change.Tx, s standing.Subject, _ *outcome) error {
		return maintain.Restore(ctx, tx, s)
	})
}

// intoQuarantine brings back what has lost its name (SD-17).
func (c *ProjectRestore) intoQuarantine(ctx context.Context, o *Operator) error {
	if c.part != (part{}) {
		return errors.New("--uid brings back the whole project")
	}
	out := outcome{}
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		p, found, err := tx.ProjectByUID(ctx, c.UID)
		if err != nil {
			return err
		}
		if !found || p.Name != packaging.NormalizeName(c.Name) {
			return fmt.Errorf("there is no project %q with the UID %s", c.Name, c.UID)
		}
		s, _, err := standing.FindByID(ctx, tx, index.OnProject, p.ID)
		if err != nil {
			return err
		}
		if err := maintain.RestoreIntoQuarantine(ctx, tx, s, c.Reason); err != nil {
			return err
		}
		out.Subject = s.String()
		out.Status, err = statusNow(ctx, tx.Q, s)
		return err
	})
	if err != nil {
		return err
	}
	return o.sayOutcomes(c.JSON, []outcome{out})
}

// ProjectPurge removes the bytes of what was deleted, for good.
type ProjectPurge struct {
	Name string `arg:"" help:"The project."`
	part
	Category string `help:"Why: secret, personal-data, legal, malware or retention." required:""`
	Reason   string `help:"More on that, one line; the audit log and the mails have it."`
	JSON     bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *ProjectPurge) Run(ctx context.Context, o *Operator) error {
	return o.changeFlags(ctx, subjects{Project: []string{c.Name}, part: c.part}, c.JSON, func(tx *change.Tx, s standing.Subject, out *outcome) (err error) {
		out.Removed, err = maintain.Purge(ctx, tx, s, c.Category, c.Reason)
		return err
	})
}

// NameAssign gives the name of a deleted project to somebody.
type NameAssign struct {
	Name  string `arg:"" help:"The name."`
	Owner string `help:"The user who gets it." required:""`
	JSON  bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *NameAssign) Run(ctx context.Context, o *Operator) error {
	name := packaging.NormalizeName(c.Name)
	var p index.Project
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		owner, found, err := tx.UserByName(ctx, c.Owner)
		if err != nil {
			return err
		}
		if !found || !owner.ClosedAt.IsZero() {
			return fmt.Errorf("there is no user %q", c.Owner)
		}
		p, err = maintain.AssignName(ctx, tx, name, owner, o.Acceptor.Policy.NewPrivate)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"name": name, "owner": c.Owner, "uid": p.UID}, "%s belongs to %s now, as a new project.\n", name, c.Owner)
}
