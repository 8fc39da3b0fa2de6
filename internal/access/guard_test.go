package access_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	macaroon "gopkg.in/macaroon.v2"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
	"strongroom/internal/sign"
)

// world is a guard with a user, and a clock that tests move.
type world struct {
	*access.Guard
	t    *testing.T
	ctx  context.Context
	rec  *change.Recorder
	now  time.Time
	user index.User
}

func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		keys, err := sign.New(bytes.Repeat([]byte{7}, 32))
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, ctx: context.Background(), now: time.Unix(1_800_000_000, 0).UTC()}
		clock := func() time.Time { return w.now }
		w.rec = &change.Recorder{DB: db, Clock: clock}
		w.Guard = &access.Guard{DB: db, Keys: keys, Clock: clock, Location: "index.example"}
		w.user = w.addUser("alice", false)
		test(t, w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) do(fn func(tx *change.Tx) error) {
	w.t.Helper()
	w.must(w.rec.Do(w.ctx, index.Operator(), fn))
}

func (w *world) addUser(name string, superuser bool) index.User {
	u := index.User{UID: access.NewUID(), Username: name, Superuser: superuser}
	w.do(func(tx *change.Tx) (err error) { u.ID, err = tx.InsertUser(w.ctx, u, true); return err })
	return u
}

func (w *world) newToken(g access.Grant) (token index.Token, secret string) {
	w.t.Helper()
	if g.User.ID == 0 {
		g.User = w.user
	}
	w.do(func(tx *change.Tx) (err error) { token, secret, err = w.NewToken(w.ctx, tx, g); return err })
	return token, secret
}

// addProject makes a project with one role in it.
func (w *world) addProject(name string, user index.User, role index.RoleName) index.Project {
	p := index.Project{UID: access.NewUID(), Name: name, DisplayName: name}
	w.do(func(tx *change.Tx) error {
		if _, err := tx.ClaimName(w.ctx, index.Name{Name: name, State: index.NameActive}); err != nil {
			return err
		}
		var err error
		if p.ID, err = tx.InsertProject(w.ctx, p, user.ID); err != nil || role == "" {
			return err
		}
		return tx.SetRole(w.ctx, p.ID, user.ID, role)
	})
	return p
}

func basic(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }

// narrow adds a caveat as a holder does, without the server (T-06).
func (w *world) narrow(secret, caveat string) string {
	w.t.Helper()
	m := w.open(secret)
	w.must(m.AddFirstPartyCaveat([]byte(caveat)))
	return w.close(m)
}

func (w *world) open(secret string) *macaroon.Macaroon {
	w.t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(secret, "pypi-"))
	w.must(err)
	var m macaroon.Macaroon
	w.must(m.UnmarshalBinary(raw))
	return &m
}

func (w *world) close(m *macaroon.Macaroon) string {
	w.t.Helper()
	raw, err := m.MarshalBinary()
	w.must(err)
	return "pypi-" + base64.RawURLEncoding.EncodeToString(raw)
}

// TestUA01Headers: which Authorization headers are credentials, and what people hear about the others (UA-02, UA-03).
func TestUA01Headers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		_, secret := w.newToken(access.Grant{})
		const none, password = "Invalid or non-existent authentication information", "Username/Password authentication is not supported"
		for _, row := range []struct {
			id, header string
			code       index.Code
			want       string
		}{
			{"UA-01 basic", basic("__token__:" + secret), "", ""},
			{"UA-01 white space around the token", basic("__token__: " + secret + " \n"), "", ""},
			{"UA-01 white space around the name", basic(" __token__ :" + secret), "", ""},
			{"UA-01 case of the scheme", "bAsIc " + strings.TrimPrefix(basic("__token__:"+secret), "Basic "), "", ""},
			{"UA-01 bearer", "Bearer " + secret, "", ""},
			{"UA-01 token", "token   " + secret + " ", "", ""},
			{"UA-02 a user name", basic("alice:hunter2"), index.CodePasswordRefused, password},
			{"UA-02 a token with a user name", basic("alice:" + secret), index.CodePasswordRefused, password},
			{"UA-03 nothing", "", index.CodeAuthentication, none},
			{"UA-03 another scheme", "Digest username=x", index.CodeAuthentication, none + `: unknown scheme "Digest"`},
			{"UA-03 not base64", "Basic ***", index.CodeAuthentication, none},
			{"UA-03 no colon", basic("__token__"), index.CodeAuthentication, none},
			{"UA-03 an empty token", basic("__token__:"), index.CodeAuthentication, none},
			{"UA-03 a bare scheme", "Bearer", index.CodeAuthentication, none},
			{"UA-03 no prefix", "Bearer " + strings.TrimPrefix(secret, "pypi-"), index.CodeAuthentication, none},
			{"UA-03 cut off", "Bearer " + secret[:len(secret)-10], index.CodeAuthentication, none},
			{"UA-03 unknown id", "Bearer " + w.forged("not-there"), index.CodeAuthentication, none + ": the token is unknown"},
			{"UA-03 an id no database holds", "Bearer " + w.forged("a\x00b"), index.CodeAuthentication, none},
		} {
			t.Run(row.id, func(t *testing.T) {
				id, err := w.Authenticate(w.ctx, row.header)
				if row.code == "" {
					if err != nil || id.User.Username != "alice" {
						t.Errorf("%+v, %v", id, err)
					}
					return
				}
				if !index.HasCode(err, row.code) || !strings.Contains(err.Error(), row.want) || index.AsError(err).Code.Info().Kind != index.Denied {
					t.Errorf("%v; want %s: %s", err, row.code, row.want)
				}
				if strings.Contains(err.Error(), secret[30:60]) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("the refusal tells the secret: %v", err)
				}
			})
		}
	})
}

// forged is a well-formed macaroon of nobody's.
func (w *world) forged(id string) string {
	m, err := macaroon.New([]byte("guess"), []byte(id), "index.example", macaroon.V2)
	w.must(err)
	return w.close(m)
}

func TestForgeries(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		token, secret := w.newToken(access.Grant{})
		third := w.open(secret)
		w.must(third.AddThirdPartyCaveat([]byte("key"), []byte("ask there"), "elsewhere.example"))
		other, otherSecret := w.newToken(access.Grant{})
		swapped := w.open(otherSecret)
		for name, text := range map[string]string{
			"the right id, another key": w.forged(token.ID),
			"a third party's caveat":    w.close(third),
		} {
			if _, err := w.Authenticate(w.ctx, "Bearer "+text); !index.HasCode(err, index.CodeAuthentication) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// A row whose sealed key was copied from another token opens nothing: sealing binds it to its row.
		w.do(func(tx *change.Tx) error {
			copied := index.Token{ID: access.NewUID(), UserID: w.user.ID, SealedKey: token.SealedKey}
			if err := tx.InsertToken(w.ctx, copied); err != nil {
				return err
			}
			m, err := macaroon.New([]byte("x"), []byte(copied.ID), "", macaroon.V2)
			w.must(err)
			swapped = m
			return nil
		})
		if _, err := w.Authenticate(w.ctx, "Bearer "+w.close(swapped)); err == nil {
			t.Error("a copied key was accepted")
		}
		if id, err := w.Authenticate(w.ctx, "Bearer "+otherSecret); err != nil || id.Token.ID != other.ID {
			t.Errorf("the honest one: %v", err)
		}
	})
}

// TestT06Attenuation: the holder narrows offline, the server narrows what it gave out, and neither can widen.
func TestT06Attenuation(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		_, secret := w.newToken(access.Grant{Project: "demo"})
		demo, other := access.Target{Project: "demo", ProjectUID: "1", Now: w.now}, access.Target{Project: "other", ProjectUID: "2", Now: w.now}
		for _, row := range []struct {
			name, secret string
			target       access.Target
			want         string
		}{
			{"as given", secret, demo, ""},
			{"elsewhere", secret, other, "Invalid API Token: project-scoped token is not valid for project \"other\"."},
			{"narrowed to the same", w.narrow(secret, `[1,["demo"]]`), demo, ""},
			{"widened", w.narrow(secret, `[1,["demo","other"]]`), other, "not valid for project"},
			{"narrowed to nothing", w.narrow(secret, `[1,["other"]]`), demo, "not valid for project"},
			{"narrowed in time", w.narrow(secret, access.ExpirationCaveat(w.now, w.now.Add(-time.Hour))), demo, "expired"},
			{"narrowed by what we do not know", w.narrow(secret, `[99,"weekdays"]`), demo, "does not know"},
			{"T-07 all reasons", w.narrow(w.narrow(secret, `[0,1,0]`), `[3,"x"]`), demo, "Invalid API Token: token is expired, token belongs to another user."},
		} {
			id, err := w.Authenticate(w.ctx, "Bearer "+row.secret)
			if err != nil {
				t.Fatalf("%s: %v", row.name, err)
			}
			err = id.Admits(row.target)
			if (err == nil) != (row.want == "") || err != nil && (!strings.Contains(err.Error(), row.want) || !index.HasCode(err, index.CodeInvalidToken)) {
				t.Errorf("%s: %v; want %q", row.name, err, row.want)
			}
		}
		// The server's own caveats are appended at check time, so an old token can be narrowed.
		key := bytes.Repeat([]byte{1}, 32)
		row := index.Token{ID: access.NewUID(), UserID: w.user.ID, Caveats: []string{`[1,["demo"]]`}}
		row.SealedKey = w.Keys.Seal(key, "token "+row.ID)
		w.do(func(tx *change.Tx) error { return tx.InsertToken(w.ctx, row) })
		m, err := macaroon.New(key, []byte(row.ID), "", macaroon.V2)
		w.must(err)
		id, err := w.Authenticate(w.ctx, "Bearer "+w.close(m))
		w.must(err)
		if id.Admits(demo) != nil || id.Admits(other) == nil {
			t.Errorf("stored caveats: %v, %v", id.Admits(demo), id.Admits(other))
		}
	})
}

// TestT09WhoMayNotActAnyMore: revoked, expired, frozen, deleted.
func TestT09WhoMayNotActAnyMore(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		revoked, revokedSecret := w.newToken(access.Grant{})
		_, short := w.newToken(access.Grant{Expires: time.Hour})
		_, secret := w.newToken(access.Grant{})
		held, err := w.Authenticate(w.ctx, "Bearer "+revokedSecret)
		w.must(err)
		w.do(func(tx *change.Tx) error { _, err := tx.RevokeToken(w.ctx, revoked.ID, tx.Now); return err })
		if _, err := w.Authenticate(w.ctx, "Bearer "+revokedSecret); !index.HasCode(err, index.CodeAuthentication) {
			t.Errorf("revoked: %v", err)
		}
		if err := w.StillValid(w.ctx, w.DB.Q, held); !index.HasCode(err, index.CodeAuthentication) {
			t.Errorf("revoked while its upload runs: %v", err)
		}
		id, err := w.Authenticate(w.ctx, "Bearer "+short)
		w.must(err)
		w.must(w.MayCreate(id, "fresh"))
		w.now = w.now.Add(time.Hour)
		if err := w.MayCreate(id, "fresh"); !index.HasCode(err, index.CodeInvalidToken) || !strings.Contains(err.Error(), "expired") {
			t.Errorf("expired: %v", err)
		}
		id, err = w.Authenticate(w.ctx, "Bearer "+secret)
		w.must(err)
		frozen := index.Standing{{Kind: index.Frozen, Since: w.now}}
		w.do(func(tx *change.Tx) error { return tx.SetStanding(w.ctx, index.OnUser, w.user.ID, frozen) })
		for name, err := range map[string]error{"before": w.StillValid(w.ctx, w.DB.Q, id), "after": second(w.Authenticate(w.ctx, "Bearer "+secret))} {
			if !index.HasCode(err, index.CodeUserFrozen) || !strings.Contains(err.Error(), "alice") {
				t.Errorf("frozen, authenticated %s: %v", name, err)
			}
		}
	})
}

func second(_ *access.Identity, err error) error { return err }

// TestRulesTable asks for every right in projects in every role (UA-04).
func TestRulesTable(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		root := w.addUser("root", true)
		want := map[access.Right]string{ // who may: Owner, Maintainer, Reader, a stranger (-), an administrator (S)
			access.Upload: "OM", access.SetFlags: "OS", access.SeeHistory: "OMS", access.SeeRoles: "OMS", access.ManageRoles: "OS", access.SeeProject: "OMS",
			access.LeaveProject: "OMR", access.ChangeProject: "OS", access.ReadProject: "OMR-S",
			access.YankReleases: "OMS", access.DeleteThings: "OS", access.RestoreThings: "OMR-S", access.Report: "OMR-S",
		}
		projects := map[string]index.Project{
			"O": w.addProject("owned", w.user, index.Owner), "M": w.addProject("maintained", w.user, index.Maintainer), "R": w.addProject("read", w.user, index.Reader),
			"-": w.addProject("strange", w.user, ""), "S": w.addProject("administered", root, ""),
		}
		for right, who := range want {
			for role, p := range projects {
				v := w.visitor(w.user)
				if role == "S" {
					v = w.visitor(root)
				}
				if right == access.Upload {
					v.Login, v.Token = nil, &access.Identity{User: v.User}
				}
				err := w.May(w.ctx, w.DB.Q, v, right, p)
				if may := strings.Contains(who, role); (err == nil) != may {
					t.Errorf("%s as %s: %v", right, role, err)
				}
				if err != nil && (!index.HasCode(err, index.CodeNotAllowed) || !strings.Contains(err.Error(), "The user '"+v.User.Username+"' isn't allowed to ") || !strings.Contains(err.Error(), "'"+p.Name+"'")) {
					t.Errorf("%s as %s: %v", right, role, err)
				}
			}
		}
		for _, rule := range access.Rules() {
			if rule.On == access.OnProject && want[rule.Right] == "" {
				t.Errorf("the test lacks %s", rule.Right)
			}
		}
		if err := w.May(w.ctx, w.DB.Q, w.visitor(root), "unheard-of", projects["O"]); !index.HasCode(err, index.CodeNotAllowed) {
			t.Errorf("a right without a rule: %v", err)
		}
	})
}

// visitor is a browser in which the user signed in just now.
func (w *world) visitor(u index.User) *access.Visitor {
	return &access.Visitor{User: u, Login: &index.Login{ProvenAt: w.now}}
}

// TestMayAsksTheTokenToo: a role is not enough.
func TestMayAsksTheTokenToo(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		demo, other := w.addProject("demo", w.user, index.Owner), w.addProject("other", w.user, index.Owner)
		_, secret := w.newToken(access.Grant{Project: "demo"})
		id, err := w.Authenticate(w.ctx, "Bearer "+secret)
		w.must(err)
		if err := w.Permit(id, access.Upload, demo, index.Owner); err != nil {
			t.Error(err)
		}
		if err := w.Permit(id, access.Upload, other, index.Owner); !index.HasCode(err, index.CodeInvalidToken) {
			t.Errorf("another project: %v", err)
		}
		if err := w.MayCreate(id, "fresh"); !index.HasCode(err, index.CodeInvalidToken) {
			t.Errorf("T-08: %v", err)
		}
	})
}

// TestT11LastUsed is written apart from the uploads, and only forward.
func TestT11LastUsed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		token, secret := w.newToken(access.Grant{Description: "ci"})
		_, err := w.Authenticate(w.ctx, "Bearer "+secret)
		w.must(err)
		if got, _, err := w.DB.TokenByID(w.ctx, token.ID); err != nil || !got.LastUsedAt.IsZero() {
			t.Errorf("written at once: %+v, %v", got, err)
		}
		for range 2 {
			w.must(w.FlushUsed(w.ctx))
		}
		got, _, err := w.DB.TokenByID(w.ctx, token.ID)
		if err != nil || !got.LastUsedAt.Equal(w.now) || got.Description != "ci" || !got.CreatedAt.Equal(w.now) {
			t.Errorf("%+v, %v", got, err)
		}
		events, err := w.DB.EventsOf(w.ctx, "user:alice", 5)
		if err != nil || len(events) != 1 || events[0].Action != index.EventTokenCreate || events[0].After != token.ID {
			t.Errorf("%+v, %v", events, err)
		}
		if strings.Contains(events[0].After+events[0].Reason, secret[20:40]) {
			t.Error("the audit log holds the secret")
		}
	})
}

// TestTheDatabaseAloneMintsNothing: a copy of the rows opens with no other instance's key.
func TestTheDatabaseAloneMintsNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		token, secret := w.newToken(access.Grant{})
		row, _, err := w.DB.TokenByID(w.ctx, token.ID)
		w.must(err)
		m := w.open(secret)
		if bytes.Contains(row.SealedKey, m.Signature()) {
			t.Error("the row holds the signature")
		}
		other, err := sign.New(bytes.Repeat([]byte{8}, 32))
		w.must(err)
		w.Keys = other
		if _, err := w.Authenticate(w.ctx, "Bearer "+secret); err == nil || !strings.Contains(err.Error(), "instance key") {
			t.Errorf("%v", err)
		}
	})
}
