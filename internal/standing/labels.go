package standing

import (
	"context"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
)

// setLabel puts a label that an administrator defined on the subject (ST-12).
// Labels stand in the table of flags only: nothing behaves differently for one,
// so no status, journal or page of installers knows it.
func setLabel(ctx context.Context, tx *change.Tx, s Subject, f index.Flag, note string) error {
	_, found, err := tx.Label(ctx, f.Kind)
	if err != nil {
		return err
	}
	if !found {
		return index.Refuse(index.CodeInvalidForm, "There is no flag or label %q. The flags are: %s.", f.Kind, strings.Join(kindNames(), ", "))
	}
	if err := CheckReason(f.Reason); err != nil {
		return err
	}
	f.Side, f.Since = index.ByAdministrator, tx.Now
	if _, err := tx.EndFlag(ctx, s.Level, s.ID, f.Kind, tx.Actor.Username, tx.Now.UnixMicro()); err != nil {
		return err
	}
	if _, err := tx.InsertFlag(ctx, s.Level, s.ID, f, note, tx.Actor.Username); err != nil {
		return err
	}
	if err := schedule(tx, s, f); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventFlagSet, Object: s.String(), After: f.Kind, Reason: f.Reason})
	return nil
}

func clearLabel(ctx context.Context, tx *change.Tx, s Subject, key string) error {
	flag, err := tx.EndFlag(ctx, s.Level, s.ID, key, tx.Actor.Username, tx.Now.UnixMicro())
	if err != nil {
		return err
	}
	if flag == 0 {
		return index.Refuse(index.CodeInvalidForm, "The label %q does not stand on %s.", key, s)
	}
	tx.Event(index.Event{Action: index.EventFlagClear, Object: s.String(), Before: key})
	return nil
}
