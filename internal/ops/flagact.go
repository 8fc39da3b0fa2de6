package ops

import (
	"context"
	"slices"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/standing"
)

// isTakedown holds for the flags that moderators set: they come with frozen
// accounts and refused hashes, and are undone as a whole (SN-10).
func isTakedown(kind string) bool {
	return kind == index.Quarantined || kind == index.Removed || kind == index.Frozen
}

// takeDown sets such a flag by the act of moderation that it is.
func takeDown(ctx context.Context, tx *change.Tx, s standing.Subject, f index.Flag, note string, out *outcome) error {
	t := moderate.Takedown{
		Category: f.Category, Reason: f.Reason, Details: f.Details, URL: f.URL, Successors: f.Successors,
		From: f.From, Until: f.Until, Note: note, Unsaid: true,
	}
	act, err := setTakedown(ctx, tx, s, f.Kind, t)
	if err != nil {
		return err
	}
	set, _, err := tx.StandingFlag(ctx, s.Level, s.ID, f.Kind)
	out.Act, out.Flag = act.UID, &set.Flag
	return err
}

func setTakedown(ctx context.Context, tx *change.Tx, s standing.Subject, kind string, t moderate.Takedown) (index.Act, error) {
	k, _ := index.KindOf(kind)
	switch {
	case !slices.Contains(k.On, s.Level):
		return index.Act{}, index.Refuse(index.CodeInvalidForm, "The flag %q cannot stand on a %s.", kind, s.Level)
	case kind == index.Frozen:
		return moderate.FreezeAccount(ctx, tx, s, t)
	case kind == index.Quarantined:
		return moderate.Quarantine(ctx, tx, s, t)
	case !t.Until.IsZero(): // or the accounts and hashes that came with it would stay refused
		return index.Act{}, index.Refuse(index.CodeInvalidForm, "A removal does not end by itself: quarantine %s until then, or leave out --until.", s)
	case t.Category == "":
		t.Category = "other"
	}
	return moderate.Remove(ctx, tx, s, t)
}

// clearTakedown clears it, and takes back what came with it.
func clearTakedown(ctx context.Context, tx *change.Tx, s standing.Subject, kind string, out *outcome) error {
	clear := moderate.ClearTakedown
	if kind == index.Frozen {
		clear = func(ctx context.Context, tx *change.Tx, s standing.Subject, _ moderate.Takedown) (index.Act, error) {
			return moderate.Unfreeze(ctx, tx, s.Name, "")
		}
	}
	act, err := clear(ctx, tx, s, moderate.Takedown{Kind: kind})
	out.Act = act.UID
	return err
}
