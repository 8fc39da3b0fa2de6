// Package moderate is what moderators, and rules on their behalf, do: reports,
// quarantine, removal, names, accounts and run-time switches. Everything they do
// is an act: one change that keeps what was there before in a row of acts, so
// that one function undoes each of them (SN-10, SN-15).
//
// The functions that take a *change.Tx and no visitor are the same acts for
// operators; they ask nobody.
package moderate

import (
	"context"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/ratelimit"
	"strongroom/internal/sign"
	"strongroom/internal/standing"
)

// Actions are what visitors do. All fields must be set.
type Actions struct {
	Recorder *change.Recorder
	Guard    *access.Guard
	Limiter  *ratelimit.Limiter
	Keys     *sign.Keyring // seals the addresses of those who report without an account
	Settings Settings
}

// Settings is what the operator set about moderation.
type Settings struct {
	Anonymous      bool  // reports without an account, confirmed by mail
	AutoQuarantine bool  // the rules of SN-15 act
	MaxDownloads   int64 // in 30 days: with more, the rules only raise an alarm; 0 for any number
	TopNames       int   // how many names a new one is held against (FN-3), 0 for none
}

// bad is the refusal of a field of a form.
func bad(format string, args ...any) error {
	return index.Refuse(index.CodeInvalidReport, format, args...)
}

// do runs fn as the visitor, who must be moderator, or what the right asks for,
// at the time of the change.
func (a *Actions) do(ctx context.Context, v *access.Visitor, right access.Right, fn func(tx *change.Tx, v *access.Visitor) error) error {
	return a.Recorder.Do(ctx, v.Actor(), func(tx *change.Tx) error {
		user, found, err := tx.LockUser(ctx, v.User.ID)
		if err != nil {
			return err
		}
		if !found || !user.ClosedAt.IsZero() {
			return index.Refuse(index.CodeSignIn, "Your account is closed.")
		}
		now := *v
		now.User = user
		if err := a.Guard.Decide(&now, right, access.At{}); err != nil {
			return err
		}
		return fn(tx, &now)
	})
}

// onSubject runs fn with a part of a project held, if the visitor may moderate
// it. Moderators who administer nothing see public projects, and private ones
// that somebody reported.
func (a *Actions) onSubject(ctx context.Context, v *access.Visitor, project string, on standing.Place, fn func(tx *change.Tx, s standing.Subject) error) error {
	return a.do(ctx, v, access.Moderate, func(tx *change.Tx, v *access.Visitor) error {
		s, err := standing.Find(ctx, tx, project, on.Version, on.File)
		if err != nil {
			return err
		}
		if err := mayMeet(ctx, tx, v.User, project); err != nil {
			return err
		}
		return fn(tx, s)
	})
}

func mayMeet(ctx context.Context, tx *change.Tx, u index.User, project string) error {
	p, _, err := tx.Project(ctx, project)
	if err != nil || !p.Private || u.Superuser {
		return err
	}
	reports, err := tx.ReportsOf(ctx, project, 1)
	if err == nil && len(reports) == 0 {
		err = index.Refuse(index.CodeNotFound, "There is no project %q.", project)
	}
	return err
}

// Quarantine takes a project, release or file out of reach until somebody has
// judged it.
func (a *Actions) Quarantine(ctx context.Context, v *access.Visitor, project string, on standing.Place, t Takedown) (act index.Act, err error) {
	err = a.onSubject(ctx, v, project, on, func(tx *change.Tx, s standing.Subject) error {
		act, err = Quarantine(ctx, tx, s, t)
		return err
	})
	return act, err
}

// Remove takes a project, release or file away for good.
func (a *Actions) Remove(ctx context.Context, v *access.Visitor, project string, on standing.Place, t Takedown) (act index.Act, err error) {
	err = a.onSubject(ctx, v, project, on, func(tx *change.Tx, s standing.Subject) error {
		act, err = Remove(ctx, tx, s, t)
		return err
	})
	return act, err
}

// ClearTakedown ends a quarantine or removal, and what came with it.
func (a *Actions) ClearTakedown(ctx context.Context, v *access.Visitor, project string, on standing.Place, t Takedown) (act index.Act, err error) {
	err = a.onSubject(ctx, v, project, on, func(tx *change.Tx, s standing.Subject) error {
		act, err = ClearTakedown(ctx, tx, s, t)
		return err
	})
	return act, err
}

// ClearOn is ClearTakedown for a thing by the key of its row, which may be part
// of an identity that no longer holds its name (SD-17).
func (a *Actions) ClearOn(ctx context.Context, v *access.Visitor, on Thing, t Takedown) (act index.Act, err error) {
	err = a.do(ctx, v, access.Moderate, func(tx *change.Tx, v *access.Visitor) error {
		subjects, err := find(ctx, tx, v, []Thing{on})
		if err != nil {
			return err
		}
		if len(subjects) == 0 {
			return index.Refuse(index.CodeActOvertaken, "It is not there any more.")
		}
		act, err = ClearTakedown(ctx, tx, subjects[0], t)
		return err
	})
	return act, err
}

// Undo takes an act back: everything is as it was before.
func (a *Actions) Undo(ctx context.Context, v *access.Visitor, uid string) error {
	return a.do(ctx, v, access.Moderate, func(tx *change.Tx, v *access.Visitor) error {
		act, found, err := tx.Act(ctx, uid)
		if err != nil {
			return err
		}
		if found && act.Kind.ByAdministrators() {
			if err := a.Guard.Decide(v, access.AdministerSite, access.At{}); err != nil {
				return err
			}
		}
		_, err = Undo(ctx, tx, uid)
		return err
	})
}

// Freeze keeps an account from doing anything until a time, zero for ever.
func (a *Actions) Freeze(ctx context.Context, v *access.Visitor, username, reason string, until time.Time) (act index.Act, err error) {
	err = a.do(ctx, v, access.Moderate, func(tx *change.Tx, v *access.Visitor) error {
		if err := mayFreeze(ctx, tx, v.User, username); err != nil {
			return err
		}
		act, err = Freeze(ctx, tx, username, reason, until)
		return err
	})
	return act, err
}

// Unfreeze lets an account act again.
func (a *Actions) Unfreeze(ctx context.Context, v *access.Visitor, username, reason string) (act index.Act, err error) {
	err = a.do(ctx, v, access.Moderate, func(tx *change.Tx, v *access.Visitor) error {
		if err := mayFreeze(ctx, tx, v.User, username); err != nil {
			return err
		}
		act, err = Unfreeze(ctx, tx, username, reason)
		return err
	})
	return act, err
}

// Prohibit keeps a name that no project holds from being registered (ST-6).
func (a *Actions) Prohibit(ctx context.Context, v *access.Visitor, name, message string, successors []string, note string) (act index.Act, err error) {
	err = a.do(ctx, v, access.Moderate, func(tx *change.Tx, _ *access.Visitor) error {
		act, err = Prohibit(ctx, tx, name, message, successors, note)
		return err
	})
	return act, err
}

// Allow lifts the prohibition of a name, or its reservation.
func (a *Actions) Allow(ctx context.Context, v *access.Visitor, name, note string) (act index.Act, err error) {
	err = a.do(ctx, v, access.Moderate, func(tx *change.Tx, _ *access.Visitor) error {
		act, err = Allow(ctx, tx, name, note)
		return err
	})
	return act, err
}

// Switch turns a run-time switch (FN-4); only administrators may.
func (a *Actions) Switch(ctx context.Context, v *access.Visitor, name string, on bool, note string) (act index.Act, err error) {
	err = a.do(ctx, v, access.AdministerSite, func(tx *change.Tx, _ *access.Visitor) error {
		act, err = Switch(ctx, tx, name, on, note)
		return err
	})
	return act, err
}

// Decide closes a report. The reporter is told by mail (SN-13); note is private.
func (a *Actions) Decide(ctx context.Context, v *access.Visitor, uid string, state index.ReportState, note string) (act index.Act, err error) {
	err = a.do(ctx, v, access.Moderate, func(tx *change.Tx, _ *access.Visitor) error {
		act, err = Decide(ctx, tx, uid, state, note)
		return err
	})
	return act, err
}
