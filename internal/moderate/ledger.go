package moderate

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// ledger is an act in the making: it changes things and notes how each was
// before and is after.
type ledger struct {
	ctx context.Context
	tx  *change.Tx
	act index.Act

	rules bool // of the gate changed
}

func open(ctx context.Context, tx *change.Tx, kind index.ActKind, object, name, reason string) *ledger {
	return &ledger{ctx: ctx, tx: tx, act: index.Act{
		UID: access.NewUID(), Kind: kind, Object: object, Name: name, Reason: reason,
		Automatic: tx.Actor.Kind == "system", Actor: tx.Actor.Username, At: tx.Now,
	}}
}

// change runs fn, which changes one thing, and notes it.
func (l *ledger) change(e index.Effect, fn func() error) error {
	before, _, err := l.read(e)
	if err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	after, _, err := l.read(e)
	if err != nil {
		return err
	}
	if before != after {
		e.Before, e.After = before, after
		l.act.Effects = append(l.act.Effects, e)
	}
	return nil
}

// swing takes a thing from one state to the other, if the first is what it has
// now. It reports whether it was.
func (l *ledger) swing(e index.Effect, from, to string) (bool, error) {
	now, hold, err := l.read(e)
	if err != nil || now != from {
		return false, err
	}
	return true, l.write(e, hold, to)
}

// back gives a thing the state that it had before an effect, if it still has that
// of afterwards. It reports whether it did.
func (l *ledger) back(e index.Effect) (bool, error) {
	if shared(e) {
		return l.lift(e)
	}
	return l.swing(e, e.After, e.Before)
}

// takeBack undoes what another act did aside, where that still stands, and notes
// it as done by this one (SN-10).
func (l *ledger) takeBack(uid string) error {
	other, found, err := l.tx.Act(l.ctx, uid)
	if err != nil || !found || other.Undone() {
		return err
	}
	for i := len(other.Effects) - 1; i >= 0; i-- {
		e := other.Effects[i]
		if !e.Aside || e.On == index.OnReport {
			continue
		}
		done, err := l.back(e)
		if err != nil {
			return err
		}
		if done {
			e.Before, e.After = e.After, e.Before
			l.act.Effects = append(l.act.Effects, e)
		}
	}
	return nil
}

// close keeps the act. One that changed nothing is refused.
func (l *ledger) close() (index.Act, error) {
	if len(l.act.Effects) == 0 {
		return l.act, index.Refuse(index.CodeActOvertaken, "Nothing is to be done: %s is so already.", l.act.Object)
	}
	if err := l.settle(); err != nil {
		return l.act, err
	}
	return l.act, l.tx.InsertAct(l.ctx, l.act)
}

// closeAny is close for what may be so already: then the act is zero, and not
// kept.
func (l *ledger) closeAny() (index.Act, error) {
	if len(l.act.Effects) == 0 {
		return index.Act{}, nil
	}
	return l.close()
}

// settle says once that rules changed.
func (l *ledger) settle() error {
	if !l.rules {
		return nil
	}
	return l.tx.TouchGateRules(l.ctx, access.NewUID())
}
