package moderate

import (
	"context"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Freeze keeps an account from doing anything: its tokens and logins are refused
// from the next request on, until a time, or for ever when that is zero.
func Freeze(ctx context.Context, tx *change.Tx, username, reason string, until time.Time) (index.Act, error) {
	s, err := standing.FindUser(ctx, tx, username)
	if err != nil {
		return index.Act{}, err
	}
	return FreezeAccount(ctx, tx, s, Takedown{Reason: reason, Until: until})
}

// FreezeAccount is Freeze for an account that is held, with all that can be said
// of it.
func FreezeAccount(ctx context.Context, tx *change.Tx, s standing.Subject, t Takedown) (index.Act, error) {
	if err := t.check(!t.Unsaid); err != nil {
		return index.Act{}, err
	}
	l := open(ctx, tx, index.ActFreeze, s.String(), "", t.Reason)
	tx.Event(index.Event{Action: index.EventAccountFreeze, Object: s.String(), After: l.act.UID, Reason: t.Reason})
	if err := l.setFlag(s, t.flag(index.Frozen), t.Note, false); err != nil {
		return index.Act{}, err
	}
	return l.close()
}

// Unfreeze lets an account act again, whoever froze it.
func Unfreeze(ctx context.Context, tx *change.Tx, username, reason string) (index.Act, error) {
	s, err := standing.FindUser(ctx, tx, username)
	if err != nil {
		return index.Act{}, err
	}
	if _, frozen := s.Now.Get(index.Frozen); !frozen {
		return index.Act{}, index.Refuse(index.CodeActOvertaken, "The account %s is not frozen.", s.Name)
	}
	l := open(ctx, tx, index.ActUnfreeze, s.String(), "", reason)
	tx.Event(index.Event{Action: index.EventAccountUnfreeze, Object: s.String(), Before: l.act.UID, Reason: reason})
	if err := l.clearFlag(s, index.Frozen, false); err != nil {
		return index.Act{}, err
	}
	return l.close()
}

// mayFreeze keeps moderators from freezing administrators, and anybody from
// freezing themselves out.
func mayFreeze(ctx context.Context, tx *change.Tx, by index.User, username string) error {
	u, found, err := tx.UserByName(ctx, username)
	if err != nil || !found {
		return err
	}
	if u.ID == by.ID {
		return index.Refuse(index.CodeNotAllowed, "This is your own account; somebody else must freeze it.")
	}
	if u.Superuser && !by.Superuser {
		return index.Refuse(index.CodeNotAllowed, "%s administers the index; moderators cannot freeze or unfreeze the account.", u.Username)
	}
	return nil
}

// SetModerator makes an account moderator, or takes that back.
func SetModerator(ctx context.Context, tx *change.Tx, username string, on bool) (index.User, error) {
	return mark(ctx, tx, username, index.EventModerator, on, tx.SetModerator)
}

func mark(ctx context.Context, tx *change.Tx, username, event string, on bool, set func(context.Context, int64, bool) error) (index.User, error) {
	s, err := standing.FindUser(ctx, tx, username)
	if err != nil {
		return index.User{}, err
	}
	if err := set(ctx, s.ID, on); err != nil {
		return index.User{}, err
	}
	words := map[bool]string{false: "no", true: "yes"}
	tx.Event(index.Event{Action: event, Object: s.String(), Before: words[!on], After: words[on]})
	u, _, err := tx.UserByID(ctx, s.ID)
	return u, err
}
