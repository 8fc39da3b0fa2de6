package maintain_test

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/ratelimit"
	"strongroom/internal/sign"
)

// world is the actions on a new database, with a clock that tests move.
type world struct {
	maintain.Actions
	t   *testing.T
	ctx context.Context
	db  *database.DB
	now time.Time
}

func newWorld(t *testing.T, db *database.DB) *world {
	keys, err := sign.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: context.Background(), db: db, now: time.Unix(1_800_000_000, 0).UTC()}
	clock := func() time.Time { return w.now }
	w.Recorder = &change.Recorder{DB: db, Clock: clock, Seal: keys.Seal, HashAddress: keys.HashAddress}
	var days atomic.Int64 // walks are about roles: each use of a limit is in a window of its own
	w.Limiter = &ratelimit.Limiter{DB: db, Clock: func() time.Time { return time.Unix(1_800_000_000+days.Add(2)*86_400, 0) }}
	w.Guard = &access.Guard{DB: db, Keys: keys, Clock: clock}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// do changes rows without an action.
func (w *world) do(fn func(tx *change.Tx) error) {
	w.t.Helper()
	w.must(w.Recorder.Do(w.ctx, index.Operator(), fn))
}

func (w *world) addUser(name string) {
	w.do(func(tx *change.Tx) error {
		_, err := tx.InsertUser(w.ctx, index.User{UID: access.NewUID(), Username: name, Email: name + "@example.com", CreatedAt: w.now}, true)
		return err
	})
}

func (w *world) addProject(name, owner string) {
	w.do(func(tx *change.Tx) error {
		if _, err := tx.ClaimName(w.ctx, index.Name{Name: name, LookAlike: name, State: index.NameActive, CreatedAt: w.now}); err != nil {
			return err
		}
		id, err := tx.InsertProject(w.ctx, index.Project{UID: access.NewUID(), Name: name, DisplayName: name, CreatedAt: w.now}, 0)
		if err != nil {
			return err
		}
		row, _, err := tx.LockName(w.ctx, name)
		if err != nil {
			return err
		}
		if row.ProjectID = id; owner != "" {
			err = tx.SetRole(w.ctx, id, w.user(owner).ID, index.Owner)
		}
		if err != nil {
			return err
		}
		return tx.UpdateName(w.ctx, row)
	})
}

func (w *world) user(name string) index.User {
	w.t.Helper()
	u, found, err := w.db.UserByName(w.ctx, name)
	if w.must(err); !found {
		w.t.Fatalf("no user %s", name)
	}
	return u
}

func (w *world) project(name string) index.Project {
	w.t.Helper()
	p, found, err := w.db.Project(w.ctx, name)
	if w.must(err); !found {
		w.t.Fatalf("no project %s", name)
	}
	return p
}

func (w *world) group(name string) index.Organization {
	w.t.Helper()
	o, found, err := w.db.Organization(w.ctx, name)
	if w.must(err); !found {
		w.t.Fatalf("no organization %s", name)
	}
	return o
}

// visitor is a browser in which the user signed in just now.
func (w *world) visitor(name string) *access.Visitor {
	return &access.Visitor{User: w.user(name), Login: &index.Login{ProvenAt: w.now}, Address: "192.0.2.1"}
}
