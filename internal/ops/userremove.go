package ops

import (
	"context"
	"fmt"

	"strongroom/internal/account"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// UserRemove closes an account. Nobody else ever gets its name.
type UserRemove struct {
	Name    string `arg:"" help:"User name."`
	Confirm string `required:"" help:"The user name once more: this cannot be undone."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *UserRemove) Run(ctx context.Context, o *Operator) error {
	if c.Confirm != c.Name {
		return fmt.Errorf("nothing was removed: --confirm is %q and must be %q", c.Confirm, c.Name)
	}
	ownerless := []string{}
	err := o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		user, err := accountNamed(ctx, tx, c.Name)
		if err != nil {
			return err
		}
		if user, _, err = tx.LockUser(ctx, user.ID); err != nil {
			return err
		}
		left, err := account.Remove(ctx, tx, user)
		ownerless = append([]string{}, left...)
		return err
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"removed": c.Name, "ownerless": ownerless}, "Closed the account %s.\n%s", c.Name, sayOwnerless(ownerless))
}
