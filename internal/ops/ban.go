package ops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// BanCommand groups the commands on bans (MFA-12).
type BanCommand struct {
	Add    BanAdd    `cmd:"" help:"Keep a network out. Example: strongroom admin ban add 192.0.2.0/24 --reason flood --until 7d"`
	Remove BanRemove `cmd:"" help:"Lift a ban."`
	List   BanList   `cmd:"" help:"List the bans."`
}

// BanAdd bans a network.
type BanAdd struct {
	Network string `arg:"" help:"An address, or a network such as 192.0.2.0/24."`
	Reason  string `help:"Why; only administrators see it."`
	Until   string `help:"When it ends: a date such as 2026-12-31, or a time from now such as 7d or 12h; never without."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *BanAdd) Run(ctx context.Context, o *Operator) error {
	network, err := access.ParseNetwork(c.Network)
	if err != nil {
		return err
	}
	if network.Bits() == 0 {
		return fmt.Errorf("%s is everybody; to close the index, stop it or set read = \"login\"", network)
	}
	until, err := parseUntil(c.Until, o.Recorder.Clock())
	if err != nil {
		return err
	}
	b := index.Ban{Network: network.String(), Reason: c.Reason, Until: until}
	err = o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		b.SetBy, b.SetAt = tx.Actor.Username, tx.Now
		tx.Event(index.Event{Action: index.EventBanAdd, Object: "network:" + b.Network, After: untilText(until), Reason: c.Reason})
		return tx.PutBan(ctx, b)
	})
	if err != nil {
		return err
	}
	if err := o.Guard.LoadBans(ctx); err != nil {
		return err
	}
	return o.say(c.JSON, banRow(b), "Banned %s%s.\n", b.Network, untilText(until))
}

// parseUntil reads a date or a time from now.
func parseUntil(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil && t.After(now) {
			return t.UTC(), nil
		}
	}
	d, err := parseDuration(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a date to come such as 2026-12-31 nor a duration such as 7d", text)
	}
	return now.Add(d).UTC(), nil
}

func untilText(until time.Time) string {
	if until.IsZero() {
		return ""
	}
	return " until " + until.Format("2006-01-02 15:04 UTC")
}

func banRow(b index.Ban) map[string]any {
	row := map[string]any{"network": b.Network, "reason": b.Reason, "set_by": b.SetBy, "set_at": b.SetAt}
	if !b.Until.IsZero() {
		row["until"] = b.Until
	}
	return row
}

// BanRemove lifts a ban.
type BanRemove struct {
	Network string `arg:"" help:"The network as it was banned."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *BanRemove) Run(ctx context.Context, o *Operator) error {
	network, err := access.ParseNetwork(c.Network)
	if err != nil {
		return err
	}
	err = o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		there, err := tx.DropBan(ctx, network.String())
		if err == nil && !there {
			err = fmt.Errorf("%s is not banned as such; see strongroom admin ban list", network)
		}
		tx.Event(index.Event{Action: index.EventBanRemove, Object: "network:" + network.String()})
		return err
	})
	if err != nil {
		return err
	}
	if err := o.Guard.LoadBans(ctx); err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"removed": network.String()}, "Lifted the ban of %s.\n", network)
}

// BanList lists bans, those that ended too.
type BanList struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *BanList) Run(ctx context.Context, o *Operator) error {
	bans, err := o.DB.Bans(ctx)
	if err != nil {
		return err
	}
	rows := []map[string]any{}
	var text strings.Builder
	for _, b := range bans {
		rows = append(rows, banRow(b))
		fmt.Fprintf(&text, "%s%s\t%s\n", b.Network, untilText(b.Until), b.Reason)
	}
	return o.say(c.JSON, rows, "%s", text.String())
}
