package ops

import (
	"context"
	"fmt"
	"time"

	"strongroom/internal/notify"
)

// MailCommand groups the commands on mail.
type MailCommand struct {
	Test MailTest `cmd:"" help:"Send a message to see whether mail arrives. Example: strongroom admin mail test alice@example.com"`
}

// MailTest sends a message at once, past the queue.
type MailTest struct {
	Address string `arg:"" help:"Where to."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *MailTest) Run(ctx context.Context, o *Operator) error {
	m, err := notify.TestMessage(o.Site, c.Address, time.Now())
	if err != nil {
		return err
	}
	began := time.Now()
	if err := o.Mail.Send(ctx, m); err != nil {
		return fmt.Errorf("by %s: %w", o.Mail, err)
	}
	took := time.Since(began).Round(time.Millisecond)
	return o.say(c.JSON, map[string]any{"sent": true, "to": c.Address, "by": o.Mail.String(), "id": m.ID, "milliseconds": took.Milliseconds()},
		"Sent to %s by %s in %s.\n", c.Address, o.Mail, took)
}
