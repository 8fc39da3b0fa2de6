package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
)

// nodes starts two servers of one index on PostgreSQL; on SQLite there is one, which is both.
func nodes(t *testing.T, database string) (one, two *apptest.Server) {
	t.Helper()
	storage, quiet := t.TempDir(), false
	settings := func(data string) config.Config {
		c := config.Default()
		c.Data, c.Listen, c.Database, c.LogRequests = data, "127.0.0.1:0", database, &quiet
		if database != "" {
			c.Storage = storage
		}
		return c
	}
	first, second := t.TempDir(), t.TempDir()
	one = apptest.StartWith(t, settings(first))
	if database == "" {
		return one, one
	}
	key, err := os.ReadFile(filepath.Join(first, "keys", "instance.key"))
	if err == nil {
		err = os.MkdirAll(filepath.Join(second, "keys"), 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(second, "keys", "instance.key"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return one, apptest.StartWith(t, settings(second))
}

// TestRightsEndEverywhere: what was taken away on one node is refused by the next request there, and on the other
// node within a second, though both had remembered it (P30).
func TestRightsEndEverywhere(t *testing.T) {
	for name, database := range apptest.Databases(t) {
		t.Run(name, func(t *testing.T) {
			one, two := nodes(t, database(t))
			one.MustUpload(apptest.Wheel("demo", "1.0", "x"))
			one.Run("admin", "project", "private", "demo")
			for what, row := range map[string]struct {
				status int
				take   func(tx *change.Tx, u index.User, token string) error
			}{
				"token": {401, func(tx *change.Tx, _ index.User, token string) error {
					tx.Event(index.Event{Action: index.EventTokenRevoke, Object: "token:" + token})
					_, err := tx.RevokeToken(t.Context(), token, tx.Now)
					return err
				}},
				"account": {403, func(tx *change.Tx, u index.User, _ string) error {
					tx.Event(index.Event{Action: index.EventFlagSet, Object: "user:" + u.Username, After: index.Frozen})
					return tx.SetStanding(t.Context(), index.OnUser, u.ID, index.Standing{{Kind: index.Frozen, Since: tx.Now}})
				}},
				"role": {404, func(tx *change.Tx, u index.User, _ string) error {
					p, _, err := tx.Project(t.Context(), "demo")
					if err == nil {
						tx.Event(index.Event{Action: index.EventRoleRemove, Object: "project:demo"})
						_, err = tx.RemoveRole(t.Context(), p.ID, u.ID)
					}
					return err
				}},
			} {
				took := time.Hour
				for try := 1; took > time.Second && try <= 3; try++ { // a busy machine may sleep through a second
					took = min(took, ends(t, one, two, fmt.Sprint("reader-", what, try), row.status, row.take))
				}
				if took > time.Second {
					t.Errorf("%s: ended on the other node after %s at best, want within a second", what, took)
				}
			}
		})
	}
}

// ends takes the rights of a new user away, and says how long the other node goes on answering.
func ends(t *testing.T, one, two *apptest.Server, name string, status int, take func(tx *change.Tx, u index.User, token string) error) time.Duration {
	t.Helper()
	u := one.User(name)
	one.Run("admin", "role", "set", "--project", "demo", "--user", name, "Reader")
	var token index.Token
	var secret string
	if err := one.Recorder.Do(t.Context(), index.Operator(), func(tx *change.Tx) (err error) {
		token, secret, err = one.Guard.NewToken(t.Context(), tx, access.Grant{User: u})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	get := func(s *apptest.Server) int {
		return s.Get("/simple/demo/", "Authorization", "Bearer "+secret).StatusCode
	}
	for end := time.Now().Add(10 * time.Second); get(two) != 200 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
	} // the other node hears of the private project
	if got := fmt.Sprint(get(one), get(two), get(one), get(two)); got != "200 200 200 200" {
		t.Fatalf("%s reads with %s", name, got)
	}
	if err := one.Recorder.Do(t.Context(), index.Operator(), func(tx *change.Tx) error { return take(tx, u, token.ID) }); err != nil {
		t.Fatal(err)
	}
	since := time.Now()
	if got := get(one); got != status {
		t.Errorf("%s on the same node: %d, want %d at once", name, got, status)
	}
	for get(two) != status {
		if time.Since(since) > 10*time.Second {
			t.Fatalf("%s on the other node: %d ten seconds later, want %d", name, get(two), status)
		}
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(since)
	t.Logf("%s ended on the other node after %v", name, took.Round(time.Millisecond))
	return took
}
