package standing

import (
	"context"

	"strongroom/internal/change"
	"strongroom/internal/index"
)

// PutBack sets a flag or label that stood before, with the times that it had: whoever
// undoes what replaced or cleared it brings back exactly what was there (SN-10).
// A flag whose time is over is not put back.
func PutBack(ctx context.Context, tx *change.Tx, s Subject, f index.Flag, note string) error {
	if !f.Until.IsZero() && !f.Until.After(tx.Now) {
		return nil
	}
	f.Pending = f.From.After(tx.Now)
	if _, err := tx.EndFlag(ctx, s.Level, s.ID, f.Kind, tx.Actor.Username, tx.Now.UnixMicro()); err != nil {
		return err
	}
	key, err := tx.InsertFlag(ctx, s.Level, s.ID, f, note, tx.Actor.Username)
	if err != nil {
		return err
	}
	if err := schedule(tx, s, f); err != nil {
		return err
	}
	if _, isFlag := index.KindOf(f.Kind); !isFlag { // labels stand in the table of flags only
		tx.Event(index.Event{Action: index.EventFlagSet, Object: s.String(), After: f.Kind, Reason: f.Reason})
		return nil
	}
	return write(ctx, tx, s, s.Now.With(f), moved{index.EventFlagSet, f.Kind, f.Reason, key})
}
