package moderate

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
)

// Trust lets the reports of an account count more, or takes that back (SN-15).
func (a *Actions) Trust(ctx context.Context, v *access.Visitor, username string, on bool) error {
	return a.do(ctx, v, access.Moderate, func(tx *change.Tx, _ *access.Visitor) error {
		_, err := Trust(ctx, tx, username, on)
		return err
	})
}
