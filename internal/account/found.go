package account

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// maxPlace is how many bytes are kept of where a token was found.
const maxPlace = 500

// RevokeFound ends a token that somebody found in public, and tells its owner
// (PW-11). ours is false for a text that is no token of this index; one that was
// ended before is ours, and nobody is told again. The place comes from a
// stranger: it stands in the history, and in no mail.
func (a *Accounts) RevokeFound(ctx context.Context, by index.Actor, text, place string) (ours bool, err error) {
	t, ours, err := a.Guard.Genuine(ctx, text)
	if err != nil || !ours || !Lives(t, a.Clock()) {
		return ours, err
	}
	return true, a.Recorder.Do(ctx, by, func(tx *change.Tx) error {
		living, err := tx.RevokeOwnToken(ctx, t.UserID, t.ID, tx.Now)
		if err != nil || !living {
			return err
		}
		u, found, err := tx.UserByID(ctx, t.UserID)
		if err != nil || !found {
			return err
		}
		note(tx, u, index.EventTokenRevoke, t.ID, strings.TrimSpace("found in public "+placeText(place)))
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.TokenLeaked, UserID: u.ID, Data: notify.Data{Label: t.Description}})
	})
}

// placeText is a place that can be kept and shown, "" for any other.
func placeText(place string) string {
	if len(place) > maxPlace || !utf8.ValidString(place) || strings.ContainsFunc(place, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return place
}
