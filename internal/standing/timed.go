package standing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
)

// TimerJob is the kind of the queued work that lets flags begin and end.
const TimerJob = "flag-timer"

// timer is what waits for a flag's next date.
type timer struct {
	Level index.Level `json:"level"`
	ID    int64       `json:"id"`
	Kind  string      `json:"kind"`
	At    time.Time   `json:"at"`
}

// schedule queues the change that is due next: nothing tests a date when it
// reads (design 3).
func schedule(tx *change.Tx, s Subject, f index.Flag) error {
	at := f.Until
	if f.Pending {
		at = f.From
	}
	if at.IsZero() {
		return nil
	}
	t := timer{Level: s.Level, ID: s.ID, Kind: f.Kind, At: at}
	return tx.Enqueue(TimerJob, t, "", at)
}

// Timers lets flags begin and end when their time has come. Both functions tell
// people of that, in the same change.
type Timers struct {
	Recorder     *change.Recorder
	Begun, Ended func(ctx context.Context, tx *change.Tx, s Subject, f index.Flag) error
}

// Run does one piece of queued work. A flag that was cleared or set anew
// meanwhile has a timer of its own, so an old one finds nothing to do.
func (t *Timers) Run(ctx context.Context, args json.RawMessage) error {
	var due timer
	if err := json.Unmarshal(args, &due); err != nil {
		return fmt.Errorf("read timer: %w", err)
	}
	return t.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error {
		s, found, err := FindByID(ctx, tx, due.Level, due.ID)
		if err != nil || !found {
			return err
		}
		f, found, err := tx.StandingFlag(ctx, due.Level, due.ID, due.Kind)
		if err != nil || !found {
			return err
		}
		if f.Pending && !f.From.After(tx.Now) {
			return t.begin(ctx, tx, s, f.Flag)
		}
		if !f.Until.IsZero() && !f.Until.After(tx.Now) {
			return t.end(ctx, tx, s, f.Flag)
		}
		return nil
	})
}

// end takes a flag off whose time is over. What hides a thing that cannot be
// there again stays.
func (t *Timers) end(ctx context.Context, tx *change.Tx, s Subject, f index.Flag) error {
	err := Clear(ctx, tx, s, f.Kind)
	if index.HasCode(err, index.CodeNotRestorable) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.Ended(ctx, tx, s, f)
}

// begin lets a flag that was announced have its effect.
func (t *Timers) begin(ctx context.Context, tx *change.Tx, s Subject, f index.Flag) error {
	key, err := tx.BeginFlag(ctx, s.Level, s.ID, f.Kind)
	if err != nil {
		return err
	}
	f.Pending = false
	if err := schedule(tx, s, f); err != nil {
		return err
	}
	if err := write(ctx, tx, s, s.Now.With(f), moved{index.EventFlagSet, f.Kind, f.Reason, key}); err != nil {
		return err
	}
	return t.Begun(ctx, tx, s, f)
}
