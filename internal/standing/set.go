package standing

import (
	"context"
	"slices"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
)

// Set puts a flag on the subject in the caller's change, replacing one of the
// same kind, and returns the flag as it stands now. note is private. A kind that
// is no row of index.FlagKinds must be a label that an administrator defined.
func Set(ctx context.Context, tx *change.Tx, s Subject, f index.Flag, note string) (index.Flag, error) {
	kind, ok := index.KindOf(f.Kind)
	if !ok {
		return f, setLabel(ctx, tx, s, f, note)
	}
	if !slices.Contains(kind.On, s.Level) {
		return f, index.Refuse(index.CodeInvalidForm, "The flag %q cannot stand on a %s.", f.Kind, s.Level)
	}
	if err := checkFlag(ctx, tx, s, kind, f); err != nil {
		return f, err
	}
	return put(ctx, tx, s, kind, f, note)
}

// put is Set for what was checked.
func put(ctx context.Context, tx *change.Tx, s Subject, kind index.FlagKind, f index.Flag, note string) (index.Flag, error) {
	if f.Side == "" {
		f.Side = kind.Side
	}
	f.Since, f.Pending = tx.Now, f.From.After(tx.Now)
	if _, err := tx.EndFlag(ctx, s.Level, s.ID, f.Kind, tx.Actor.Username, tx.Now.UnixMicro()); err != nil {
		return f, err
	}
	key, err := tx.InsertFlag(ctx, s.Level, s.ID, f, note, tx.Actor.Username)
	if err != nil {
		return f, err
	}
	if err := schedule(tx, s, f); err != nil {
		return f, err
	}
	if f.Kind == index.Deleted {
		if err := deleted(ctx, tx, s, key); err != nil {
			return f, err
		}
	}
	return f, write(ctx, tx, s, s.Now.With(f), moved{index.EventFlagSet, f.Kind, f.Reason, key})
}

// Clear takes a flag off the subject in the caller's change. It is refused when
// the flag does not stand, and when the thing could not be offered then: see
// Blockers.
func Clear(ctx context.Context, tx *change.Tx, s Subject, kind string) error {
	if _, ok := index.KindOf(kind); !ok {
		return clearLabel(ctx, tx, s, kind)
	}
	if _, ok := s.Now.Get(kind); !ok {
		return index.Refuse(index.CodeInvalidForm, "The flag %q does not stand on %s.", kind, s)
	}
	if err := mayReturn(ctx, tx, s, kind); err != nil {
		return err
	}
	key, err := tx.EndFlag(ctx, s.Level, s.ID, kind, tx.Actor.Username, tx.Now.UnixMicro())
	if err != nil {
		return err
	}
	if kind == index.Deleted {
		if err := restored(ctx, tx, s); err != nil {
			return err
		}
	}
	return write(ctx, tx, s, s.Now.Without(kind), moved{index.EventFlagClear, kind, "", key})
}

// moved is what happened to one flag.
type moved struct {
	event, kind, reason string
	key                 int64 // of the flag's row
}

func write(ctx context.Context, tx *change.Tx, s Subject, next index.Standing, m moved) error {
	if err := tx.SetStanding(ctx, s.Level, s.ID, next); err != nil {
		return err
	}
	tx.Event(index.Event{Action: eventAction(m.event, m.kind, s.Level), Object: s.String(), Before: s.Now.Text(), After: next.Text(), Reason: m.reason})
	return journal(ctx, tx, s, m)
}

// checkFlag holds what a flag says against its kind.
func checkFlag(ctx context.Context, tx *change.Tx, s Subject, kind index.FlagKind, f index.Flag) error {
	if !kind.Takes(f.Category) {
		return noCategory(kind, f.Category)
	}
	if !f.From.IsZero() && !kind.Waits {
		return index.Refuse(index.CodeInvalidForm, "The flag %q cannot be set for a date to come.", kind.Name)
	}
	if !f.Until.IsZero() && (!f.Until.After(tx.Now) || !f.Until.After(f.From)) {
		return index.Refuse(index.CodeInvalidForm, "The flag would end on %s, before it begins.", f.Until.Format("2006-01-02 15:04 UTC"))
	}
	if err := CheckReason(f.Reason); err != nil {
		return err
	}
	if err := CheckDetails(f.Details); err != nil {
		return err
	}
	if err := checkURL(f.URL); err != nil {
		return err
	}
	if len(f.Successors) > 0 && !kind.Successors {
		return index.Refuse(index.CodeInvalidForm, "The flag %q names nothing to use instead.", kind.Name)
	}
	return CheckSuccessors(ctx, tx.Q, s.Name, f.Successors)
}

func noCategory(kind index.FlagKind, category string) error {
	if len(kind.Categories) == 0 {
		return index.Refuse(index.CodeInvalidForm, "The flag %q has no categories: leave out %q and say why in the reason.", kind.Name, category)
	}
	return index.Refuse(index.CodeInvalidForm, "The flag %q has no category %q. It may be %s.", kind.Name, category, strings.Join(kind.Categories, ", "))
}

func kindNames() []string {
	var out []string
	for _, k := range index.FlagKinds() {
		out = append(out, k.Name)
	}
	return out
}
