package moderate

import (
	"context"
	"strings"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Takedown is what a moderator says of a quarantine, a removal, or of clearing
// them.
type Takedown struct {
	Category string // of a removal: malware, spam … (SN-1)
	Reason   string // one public line of printable ASCII, 200 characters at most
	Details  string // longer public text
	URL      string // an advisory, or where to read more
	Note     string // private
	Silent   bool   // the owners are not told (SN-11)
	Kind     string // of a clearing: only this flag; both when it is empty
	Unsaid   bool   // an operator may leave the reason out

	From, Until time.Time // for flags that begin and end by themselves
	Successors  []string  // what to use instead of what was removed

	// FreezeOwners freezes the owners and maintainers too. A removal as malware
	// does so unless KeepOwners is set.
	FreezeOwners bool
	KeepOwners   bool

	// The uids of reports that are answered by it, by what becomes of them.
	Confirms, Rejects, Duplicates []string
}

// maxReason is in characters (SN-1).
const maxReason = 200

// check holds the texts against SN-1; the rest is checked where flags are set.
func (t Takedown) check(needed bool) error {
	if needed && t.Reason == "" {
		return bad("Say in one line why: it is shown to everybody who asks for it.")
	}
	if len(t.Reason) > maxReason {
		return bad("The reason has %d characters; it may have %d.", len(t.Reason), maxReason)
	}
	for _, r := range t.Reason {
		if r < ' ' || r > '~' {
			return bad("The reason must be printable ASCII, because installers show it in a status line; it holds %q.", r)
		}
	}
	return nil
}

// kinds are the flags that a clearing takes off.
func (t Takedown) kinds() []string {
	if t.Kind != "" {
		return []string{t.Kind}
	}
	return []string{index.Removed, index.Quarantined}
}

func (t Takedown) freezes() bool {
	return t.FreezeOwners || t.Category == "malware" && !t.KeepOwners
}

func (t Takedown) flag(kind string) index.Flag {
	return index.Flag{Kind: kind, Category: t.Category, Reason: t.Reason, Details: t.Details, URL: t.URL, Successors: t.Successors, From: t.From, Until: t.Until, Side: index.ByAdministrator}
}

// Quarantine takes the subject out of reach until somebody has judged it.
func Quarantine(ctx context.Context, tx *change.Tx, s standing.Subject, t Takedown) (index.Act, error) {
	return takeDown(ctx, tx, s, t, index.ActQuarantine, index.Quarantined)
}

// Remove takes the subject away for good. As malware it refuses the hashes of
// all its files from then on, under whatever name they come.
func Remove(ctx context.Context, tx *change.Tx, s standing.Subject, t Takedown) (index.Act, error) {
	if t.Category == "" {
		return index.Act{}, bad("Say as what it is removed: malware, spam, dependency-confusion, impersonation, policy, legal or other.")
	}
	return takeDown(ctx, tx, s, t, index.ActRemove, index.Removed)
}

func takeDown(ctx context.Context, tx *change.Tx, s standing.Subject, t Takedown, act index.ActKind, kind string) (index.Act, error) {
	if err := t.check(!t.Unsaid); err != nil {
		return index.Act{}, err
	}
	l := open(ctx, tx, act, s.String(), s.Name, t.Reason)
	l.act.Silent = t.Silent
	if err := l.setFlag(s, t.flag(kind), t.Note, false); err != nil {
		return index.Act{}, err
	}
	p, _, err := tx.ProjectByID(ctx, s.ProjectID)
	if err != nil {
		return index.Act{}, err
	}
	if t.freezes() {
		if err := l.freezePeople(p, t); err != nil {
			return index.Act{}, err
		}
	}
	if t.Category == "malware" {
		if err := l.refuseHashes(s, t); err != nil {
			return index.Act{}, err
		}
	}
	if err := l.answer(t); err != nil {
		return index.Act{}, err
	}
	event := map[index.ActKind]string{index.ActQuarantine: index.EventQuarantine, index.ActRemove: index.EventRemoval}[act]
	tx.Event(index.Event{Action: event, Object: s.String(), After: l.act.UID, Reason: t.Reason})
	if err := tellTakedown(ctx, tx, p, s, l.act, t.Category); err != nil {
		return index.Act{}, err
	}
	return l.close()
}

// setFlag sets a flag that belongs to the act.
func (l *ledger) setFlag(s standing.Subject, f index.Flag, note string, aside bool) error {
	f.Act = l.act.UID
	e := index.Effect{On: index.OnFlag, Object: s.String(), Level: s.Level, ID: s.ID, Key: f.Kind, Aside: aside}
	return l.change(e, func() error {
		_, err := standing.Set(l.ctx, l.tx, s, f, note)
		return err
	})
}

// ClearTakedown ends the quarantine and the removal of the subject, or the one
// that t.Kind names, and takes back what came with them: accounts that were
// frozen and hashes that were refused (SN-10), unless another takedown that
// stands did so too.
func ClearTakedown(ctx context.Context, tx *change.Tx, s standing.Subject, t Takedown) (index.Act, error) {
	if err := t.check(false); err != nil {
		return index.Act{}, err
	}
	l := open(ctx, tx, index.ActClear, s.String(), s.Name, t.Reason)
	l.act.Silent = t.Silent
	for _, kind := range t.kinds() {
		f, found := s.Now.Get(kind)
		if !found {
			continue
		}
		if err := l.clearFlag(s, kind, false); err != nil {
			return index.Act{}, err
		}
		s.Now = s.Now.Without(kind)
		if err := l.takeBack(f.Act); err != nil {
			return index.Act{}, err
		}
	}
	if len(l.act.Effects) == 0 {
		return index.Act{}, index.Refuse(index.CodeActOvertaken, "There is nothing to clear: %s is not %s.", s, strings.Join(t.kinds(), " or "))
	}
	if err := l.answer(t); err != nil {
		return index.Act{}, err
	}
	tx.Event(index.Event{Action: index.EventTakedownClear, Object: s.String(), After: l.act.UID, Reason: t.Reason})
	p, _, err := tx.ProjectByID(ctx, s.ProjectID)
	if err == nil {
		err = tellCleared(ctx, tx, p, s, l.act)
	}
	if err != nil {
		return index.Act{}, err
	}
	return l.close()
}

func (l *ledger) clearFlag(s standing.Subject, kind string, aside bool) error {
	e := index.Effect{On: index.OnFlag, Object: s.String(), Level: s.Level, ID: s.ID, Key: kind, Aside: aside}
	return l.change(e, func() error { return standing.Clear(l.ctx, l.tx, s, kind) })
}
