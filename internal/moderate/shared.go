package moderate

import "strongroom/internal/index"

// Frozen accounts and refused hashes may belong to several takedowns at once:
// each notes them as its own, and the last that ends takes them back.

// shared reports whether an effect is of that kind.
func shared(e index.Effect) bool {
	return e.On == index.OnRule || e.On == index.OnFlag && e.Key == index.Frozen && e.Aside
}

// share makes what another takedown that stands did this act's own too. What
// somebody did by hand stays theirs.
func (l *ledger) share(e index.Effect) error {
	now, _, err := l.read(e)
	if err != nil {
		return err
	}
	e, is, err := l.claimed(e, now)
	if is {
		l.act.Effects = append(l.act.Effects, e)
	}
	return err
}

// lift takes back what came with a takedown, unless another one that stands did
// the same.
func (l *ledger) lift(e index.Effect) (done bool, err error) {
	if _, kept, err := l.claimed(e, e.After); err != nil || kept {
		return false, err
	}
	return l.swing(e, e.After, e.Before)
}

// claimed finds the note of another takedown that a thing is its own, as the
// thing is now: while one says so it stays. Takedowns are those that stand, and
// the one that this act replaced.
func (l *ledger) claimed(e index.Effect, now string) (index.Effect, bool, error) {
	uids, err := l.claimants(e)
	if err != nil {
		return e, false, err
	}
	for _, uid := range append(uids, l.replaced()) {
		if uid == l.act.UID {
			continue
		}
		act, _, err := l.tx.Act(l.ctx, uid)
		if err != nil {
			return e, false, err
		}
		for _, other := range act.Effects {
			if other.Aside && other.On == e.On && other.ID == e.ID && other.Key == e.Key && other.After == now && !act.Undone() {
				return other, true, nil
			}
		}
	}
	return e, false, nil
}

// claimants are the acts that stand and may have done the same.
func (l *ledger) claimants(e index.Effect) ([]string, error) {
	if e.On == index.OnRule {
		return l.tx.MalwareActs(l.ctx, e.Key)
	}
	return l.tx.TakedownActs(l.ctx, e.ID)
}

// replaced is the takedown in whose place this act put its own while it is in
// the making, "" for none.
func (l *ledger) replaced() string {
	var was flagState
	made := l.act.Kind == index.ActRemove || l.act.Kind == index.ActQuarantine
	if !made || len(l.act.Effects) == 0 || parse(l.act.Effects[0].Before, &was) != nil {
		return ""
	}
	return was.Flag.Act
}
