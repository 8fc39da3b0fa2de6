package moderate

import (
	"context"
	"slices"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Undo takes an act back: every thing it changed is as it was before. Where
// something else changed what the act is about since, it is refused, and nothing
// is done; what came aside is then left as it is. Of two who undo an act, one does.
func Undo(ctx context.Context, tx *change.Tx, uid string) (index.Act, error) {
	act, found, err := tx.Act(ctx, uid)
	if err != nil {
		return act, err
	}
	if !found {
		return act, index.Refuse(index.CodeNotFound, "There is no act %q.", uid)
	}
	if act.Name != "" { // names are held before acts, as everywhere
		if err := tx.HoldName(ctx, act.Name); err != nil {
			return act, err
		}
	}
	if act, _, err = tx.LockAct(ctx, uid); err != nil {
		return act, err
	}
	if act.Undone() {
		return act, index.Refuse(index.CodeActOvertaken, "%s undid this on %s.", act.UndoneBy, act.UndoneAt.Format("2006-01-02 15:04 UTC"))
	}
	l := &ledger{ctx: ctx, tx: tx, act: act}
	for _, last := range []bool{false, true} { // whether what is shared stays depends on the takedowns that stand then
		for _, e := range slices.Backward(act.Effects) {
			if shared(e) != last {
				continue
			}
			if err := l.undo(e); err != nil {
				return act, err
			}
		}
	}
	act.UndoneBy, act.UndoneAt = tx.Actor.Username, tx.Now
	tx.Event(index.Event{Action: index.EventActUndo, Object: act.Object, Before: string(act.Kind) + " " + uid, Reason: act.Reason})
	if err := l.settle(); err != nil {
		return act, err
	}
	if err := tx.EndAct(ctx, uid, act.UndoneBy, tx.Now.UnixMicro()); err != nil {
		return act, err
	}
	return act, l.tellUndone(act)
}

func (l *ledger) undo(e index.Effect) error {
	done, err := l.back(e)
	if err == nil && !done && !e.Aside {
		err = index.Refuse(index.CodeActOvertaken, "Something changed the %s of %s since. Undo that first, or set it as it should be.", e.Key, e.Object)
	}
	return err
}

// tellUndone lets the owners know, if they had heard of the act.
func (l *ledger) tellUndone(act index.Act) error {
	if act.Silent || act.Kind != index.ActQuarantine && act.Kind != index.ActRemove {
		return nil
	}
	e := act.Effects[0]
	s, found, err := standing.FindByID(l.ctx, l.tx, e.Level, e.ID)
	if err != nil || !found || s.Level == index.OnUser {
		return err
	}
	p, _, err := l.tx.ProjectByID(l.ctx, s.ProjectID)
	if err != nil {
		return err
	}
	return tellCleared(l.ctx, l.tx, p, s, act)
}
