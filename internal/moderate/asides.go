package moderate

import (
	"slices"

	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// freezePeople freezes who can publish in the project. Administrators and
// moderators of the index are left out: they must be able to act, also on this.
func (l *ledger) freezePeople(p index.Project, t Takedown) error {
	people, err := l.tx.GrantsOf(l.ctx, p.ID)
	if err != nil {
		return err
	}
	var ids []int64
	for _, g := range people {
		if g.Role == index.Owner || g.Role == index.Maintainer {
			ids = append(ids, g.UserID)
		}
	}
	slices.Sort(ids) // accounts are locked in one order
	for _, id := range slices.Compact(ids) {
		if err := l.freezeAside(id, t.Reason); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) freezeAside(id int64, reason string) error {
	s, found, err := standing.FindByID(l.ctx, l.tx, index.OnUser, id)
	if err != nil || !found {
		return err
	}
	u, _, err := l.tx.UserByID(l.ctx, id)
	if err != nil || u.Superuser || u.Moderator {
		return err
	}
	if _, frozen := s.Now.Get(index.Frozen); frozen { // by another act, which will end it
		return nil
	}
	l.tx.Event(index.Event{Action: index.EventAccountFreeze, Object: s.String(), After: l.act.UID, Reason: reason})
	return l.setFlag(s, index.Flag{Kind: index.Frozen, Reason: reason}, "", true)
}

// refuseHashes lets the gate refuse the files of the subject under any name.
// Rules of administrators that say so already stay as they are.
func (l *ledger) refuseHashes(s standing.Subject, t Takedown) error {
	hashes, err := l.tx.HashesOf(l.ctx, s.Level, s.ID)
	if err != nil {
		return err
	}
	put := 0
	for _, h := range hashes {
		old, found, err := l.tx.GateRule(l.ctx, index.RuleHash, h)
		if err != nil {
			return err
		}
		if found && old.Action == index.ActionRefuse {
			continue
		}
		rule := index.GateRule{Kind: index.RuleHash, Pattern: h, Action: index.ActionRefuse, Reason: "removed as malware: " + t.Reason, SetBy: l.act.Actor, SetAt: l.act.At}
		e := index.Effect{On: index.OnRule, Object: "gate:hash", Key: h, Aside: true}
		if err := l.change(e, func() error { return l.tx.PutGateRule(l.ctx, rule) }); err != nil {
			return err
		}
		put++
	}
	if put == 0 {
		return nil
	}
	l.rules = true
	l.tx.Event(index.Event{Action: index.EventGateRule, Object: "gate:hash", After: string(index.ActionRefuse) + " the files of " + s.String(), Reason: t.Reason})
	return nil
}

// answer confirms the reports that the takedown answers. Those on which
// somebody decided meanwhile, or on another name, are left alone.
func (l *ledger) answer(t Takedown) error {
	for _, uid := range t.Confirms {
		r, found, err := l.tx.LockReport(l.ctx, uid)
		if err != nil {
			return err
		}
		if !found || !r.Open() || r.Name != l.act.Name {
			continue
		}
		if err := l.decide(r, index.ReportConfirmed, t.Note, true); err != nil {
			return err
		}
	}
	return nil
}
