package moderate

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Trust lets the reports of an account count more, or takes that back (SN-15).
func (a *Actions) Trust(ctx context.Context, v *access.Visitor, username string, on bool) (act index.Act, err error) {
	err = a.do(ctx, v, access.Moderate, func(tx *change.Tx, _ *access.Visitor) error {
		_, act, err = Trust(ctx, tx, username, on)
		return err
	})
	return act, err
}

// Trust lets the reports of an account count more (SN-15), or takes that back.
// Where it is so already nothing is done, and the act is zero.
func Trust(ctx context.Context, tx *change.Tx, username string, on bool) (u index.User, act index.Act, err error) {
	s, err := standing.FindUser(ctx, tx, username)
	if err != nil {
		return u, act, err
	}
	kind := map[bool]index.ActKind{false: index.ActDistrust, true: index.ActTrust}[on]
	l := open(ctx, tx, kind, s.String(), "", "")
	err = l.change(index.Effect{On: index.OnTrust, Object: s.String(), ID: s.ID, Key: "trust"}, func() error {
		u, err = mark(ctx, tx, username, index.EventTrustedReporter, on, tx.SetTrusted)
		return err
	})
	if err != nil {
		return u, act, err
	}
	act, err = l.closeAny()
	return u, act, err
}
