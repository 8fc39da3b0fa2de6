package ops

import (
	"context"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
)

// UserFreeze keeps an account from doing anything.
type UserFreeze struct {
	Name   string `arg:"" help:"User name."`
	Reason string `required:"" help:"Why: one line, which the account's owner is told."`
	Until  string `help:"When it ends: a date such as 2026-12-31, or a time from now such as 7d; never without."`
	JSON   bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *UserFreeze) Run(ctx context.Context, o *Operator) error {
	until, err := parseUntil(c.Until, o.Recorder.Clock())
	if err != nil {
		return err
	}
	return moderated(ctx, o, c.JSON, func(tx *change.Tx) (index.Act, error) { return moderate.Freeze(ctx, tx, c.Name, c.Reason, until) })
}

// UserUnfreeze lets an account act again.
type UserUnfreeze struct {
	Name   string `arg:"" help:"User name."`
	Reason string `help:"Why."`
	JSON   bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *UserUnfreeze) Run(ctx context.Context, o *Operator) error {
	return moderated(ctx, o, c.JSON, func(tx *change.Tx) (index.Act, error) { return moderate.Unfreeze(ctx, tx, c.Name, c.Reason) })
}

// UserTrust lets an account's reports count more.
type UserTrust struct{ marked }

// UserDistrust takes that back.
type UserDistrust struct{ marked }

// UserModerator makes an account moderator, or takes that back.
type UserModerator struct {
	marked
	On  bool `xor:"to" required:"" help:"Make it moderator."`
	Off bool `xor:"to" required:"" help:"Take that back."`
}

type marked struct {
	Name string `arg:"" help:"User name."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *UserTrust) Run(ctx context.Context, o *Operator) error {
	return c.mark(ctx, o, true, trust)
}

// Run implements Command.
func (c *UserDistrust) Run(ctx context.Context, o *Operator) error {
	return c.mark(ctx, o, false, trust)
}

// Run implements Command.
func (c *UserModerator) Run(ctx context.Context, o *Operator) error {
	return c.mark(ctx, o, c.On, moderate.SetModerator)
}

func (c marked) mark(ctx context.Context, o *Operator, on bool, set func(context.Context, *change.Tx, string, bool) (index.User, error)) error {
	var u index.User
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) (err error) {
		u, err = set(ctx, tx, c.Name, on)
		return err
	})
	if err != nil {
		return err
	}
	yes := map[bool]string{false: "no", true: "yes"}
	return o.say(c.JSON, map[string]any{"username": u.Username, "moderator": u.Moderator, "trusted": u.Trusted},
		"%s: moderator %s, trusted reporter %s.\n", u.Username, yes[u.Moderator], yes[u.Trusted])
}

func trust(ctx context.Context, tx *change.Tx, username string, on bool) (index.User, error) {
	u, _, err := moderate.Trust(ctx, tx, username, on)
	return u, err
}
