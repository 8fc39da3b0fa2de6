package access_test

import (
	"fmt"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// TestMemory: what was proven counts for a while without the database, no longer than that or than the token, and not
// after a right was taken; what was refused is asked again at once.
func TestMemory(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.Remember = 5 * time.Second
		rule, _ := access.RuleOf(access.ReadProject)
		p := w.addProject("vault", w.user, index.Reader)
		w.do(func(tx *change.Tx) error {
			if err := tx.UpdateName(w.ctx, index.Name{Name: p.Name, State: index.NameActive, ProjectID: p.ID, Identity: 1}); err != nil {
				return err
			}
			_, err := tx.SetPrivate(w.ctx, p.ID, true)
			return err
		})
		token, secret := w.newToken(access.Grant{})
		_, short := w.newToken(access.Grant{Expires: 2 * time.Second})
		reads := func(secret string) error {
			v, err := w.Visit(w.ctx, access.Credentials{Authorization: "Bearer " + secret}, access.ByEither)
			if err != nil {
				return err
			}
			at, err := w.Locate(w.ctx, v, rule, "vault")
			if err != nil {
				return err
			}
			return w.Decide(v, access.ReadProject, at)
		}
		w.must(reads(secret))
		w.must(reads(short))
		w.do(func(tx *change.Tx) error { // rows alone: nobody is told
			if _, err := tx.RevokeToken(w.ctx, token.ID, tx.Now); err != nil {
				return err
			}
			_, err := tx.RemoveRole(w.ctx, p.ID, w.user.ID)
			return err
		})
		w.now = w.now.Add(time.Second)
		if err := reads(secret); err != nil {
			t.Errorf("a second later the database was asked: %v", err)
		}
		w.now = w.now.Add(time.Second)
		if err := reads(short); !index.HasCode(err, index.CodeAuthentication) {
			t.Errorf("a token is remembered longer than it lives: %v", err)
		}
		w.ForgetRights()
		if err := reads(secret); !index.HasCode(err, index.CodeAuthentication) {
			t.Errorf("revoked: %v", err)
		}
		_, secret = w.newToken(access.Grant{})
		if err := reads(secret); !index.HasCode(err, index.CodeNotFound) {
			t.Errorf("without a role: %v", err)
		}
		w.do(func(tx *change.Tx) error { return tx.SetRole(w.ctx, p.ID, w.user.ID, index.Reader) })
		if err := reads(secret); err != nil {
			t.Errorf("a refusal was remembered: %v", err)
		}
		w.do(func(tx *change.Tx) error { _, err := tx.RemoveRole(w.ctx, p.ID, w.user.ID); return err })
		w.now = w.now.Add(5 * time.Second)
		if err := reads(secret); !index.HasCode(err, index.CodeNotFound) {
			t.Errorf("remembered for too long: %v", err)
		}
	})
}

// TestMemoryIsBounded: many tokens leave no more behind than a table holds, and all of them work.
func TestMemoryIsBounded(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.Remember = time.Hour
		_, secret := w.newToken(access.Grant{})
		for i := range access.MostRemembered + 10 {
			narrowed := w.narrow(secret, fmt.Sprintf(`[0,%d,0]`, w.now.Unix()+int64(i)+10))
			if _, err := w.Authenticate(w.ctx, "Bearer "+narrowed); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.Remembered(); n > access.MostRemembered || n == 0 {
			t.Errorf("%d proofs are kept", n)
		}
	})
}
