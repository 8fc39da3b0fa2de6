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
	if _, frozen := s.Now.Get(index.Frozen); frozen {
		return l.share(index.Effect{On: index.OnFlag, Level: s.Level, ID: s.ID, Key: index.Frozen})
	}
	l.tx.Event(index.Event{Action: index.EventAccountFreeze, Object: s.String(), After: l.act.UID, Reason: reason})
	return l.setFlag(s, index.Flag{Kind: index.Frozen, Reason: reason}, "", true)
}

// refuseHashes lets the gate refuse the files of the subject under any name.
// Rules of administrators that say so already stay as they are; those that came
// with another removal are this one's too, from now on.
func (l *ledger) refuseHashes(s standing.Subject, t Takedown) error {
	hashes, err := l.tx.HashesOf(l.ctx, s.Level, s.ID)
	if err != nil {
		return err
	}
	for _, h := range hashes {
		if err := l.refuseHash(h, "removed as malware: "+t.Reason); err != nil {
			return err
		}
	}
	if !l.rules {
		return nil
	}
	l.tx.Event(index.Event{Action: index.EventGateRule, Object: "gate:hash", After: string(index.ActionRefuse) + " the files of " + s.String(), Reason: t.Reason})
	return nil
}

func (l *ledger) refuseHash(hash, reason string) error {
	e := index.Effect{On: index.OnRule, Object: "gate:hash", Key: hash, Aside: true}
	old, found, err := l.tx.GateRule(l.ctx, index.RuleHash, hash)
	if err != nil {
		return err
	}
	if found && old.Action == index.ActionRefuse {
		return l.share(e)
	}
	l.rules = true
	rule := index.GateRule{Kind: index.RuleHash, Pattern: hash, Action: index.ActionRefuse, Reason: reason, SetBy: l.act.Actor, SetAt: l.act.At}
	return l.change(e, func() error { return l.tx.PutGateRule(l.ctx, rule) })
}

// answer decides on the reports that the takedown answers. Those on which
// somebody decided meanwhile, or on another name, are left alone.
func (l *ledger) answer(t Takedown) error {
	for _, verdict := range []struct {
		state index.ReportState
		uids  []string
	}{{index.ReportConfirmed, t.Confirms}, {index.ReportRejected, t.Rejects}, {index.ReportDuplicate, t.Duplicates}} {
		for _, uid := range verdict.uids {
			r, found, err := l.tx.LockReport(l.ctx, uid)
			if err != nil {
				return err
			}
			if !found || !r.Open() || r.Name != l.act.Name {
				continue
			}
			if err := l.decide(r, verdict.state, t.Note, true); err != nil {
				return err
			}
		}
	}
	return nil
}
