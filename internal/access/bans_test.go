package access_test

import (
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// TestBans: networks of both families, one within another, and bans that end.
func TestBans(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		if err := w.Banned("192.0.2.1"); err != nil {
			t.Errorf("before anything was read: %v", err)
		}
		until := w.now.Add(time.Hour)
		w.do(func(tx *change.Tx) error {
			for _, b := range []index.Ban{
				{Network: "192.0.2.0/24", SetBy: "admin"},
				{Network: "2001:db8::/32", SetBy: "admin"},
				{Network: "198.51.100.0/24", SetBy: "admin", Until: until},
				{Network: "198.51.100.7/32", SetBy: "admin"},
			} {
				if err := tx.PutBan(w.ctx, b); err != nil {
					return err
				}
			}
			return nil
		})
		w.must(w.LoadBans(w.ctx))
		check := func(address string, banned bool) {
			t.Helper()
			if err := w.Banned(address); index.HasCode(err, index.CodeBanned) != banned {
				t.Errorf("%s: %v, want banned: %v", address, err, banned)
			}
		}
		for address, banned := range map[string]bool{
			"192.0.2.0": true, "192.0.2.255": true, "::ffff:192.0.2.9": true, "192.0.3.0": false, "2001:db8:ffff::1": true, "2001:db9::": false,
			"198.51.100.1": true, "198.51.100.7": true, "fe80::1%eth0": false, "": false, "unix": false,
		} {
			check(address, banned)
		}
		w.now = until
		check("198.51.100.1", false)
		check("198.51.100.7", true)
		w.do(func(tx *change.Tx) error { _, err := tx.DropBan(w.ctx, "192.0.2.0/24"); return err })
		check("192.0.2.1", true) // until it is read again
		w.must(w.LoadBans(w.ctx))
		check("192.0.2.1", false)
	})
}

func TestParseNetwork(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "192.0.2.7/24": "192.0.2.0/24", "2001:db8::1/32": "2001:db8::/32", "::1": "::1/128", "::ffff:192.0.2.7": "192.0.2.7/32",
		"": "", "192.0.2": "", "192.0.2.0/33": "", "::ffff:192.0.2.0/120": "", "example.com": "", "192.0.2.0/24/8": "", "0.0.0.0/0": "0.0.0.0/0",
	} {
		p, err := access.ParseNetwork(text)
		if got := p.String(); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q: %s, %v; want %q", text, got, err, want)
		}
	}
}

// TestHold is MFA-7: for a day after an administrator's reset the person makes no
// tokens and changes no roles; the operator still does.
func TestHold(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		u, until := w.user, w.now.Add(24*time.Hour)
		w.do(func(tx *change.Tx) error { return tx.Hold(w.ctx, u.ID, until) })
		u, _, err := w.DB.UserByID(w.ctx, u.ID)
		w.must(err)
		person := index.Actor{Kind: "user", UserID: u.ID, Username: u.Username}
		make := func(by index.Actor) error {
			return w.rec.Do(w.ctx, by, func(tx *change.Tx) error { _, _, err := w.NewToken(w.ctx, tx, access.Grant{User: u}); return err })
		}
		roles := func() error {
			v := &access.Visitor{User: u, Login: &index.Login{ProvenAt: w.now}, State: index.AccountState{Factors: 1, Verified: true}}
			return w.Decide(v, access.ManageRoles, access.At{Project: index.Project{ID: 1, Name: "demo"}, Role: index.Owner})
		}
		if !index.HasCode(make(person), index.CodeHeld) || !index.HasCode(roles(), index.CodeHeld) {
			t.Error("the person on hold made a token, or may change roles")
		}
		w.must(make(index.Operator()))
		w.now = until
		w.must(make(person))
		w.must(roles())
	})
}
