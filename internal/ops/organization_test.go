package ops_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
)

// TestOrganizationCommands: organizations, teams and ownerless projects by
// script.
func TestOrganizationCommands(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	act := func(fn func(ctx context.Context, tx *change.Tx) error) {
		t.Helper()
		if err := s.Recorder.Do(t.Context(), index.Operator(), func(tx *change.Tx) error { return fn(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
	}
	s.User("alice")
	s.User("bob")
	var made map[string]string
	if err := json.Unmarshal([]byte(s.Run("admin", "organization", "create", "acme", "--owner", "alice", "--json")), &made); err != nil || made["name"] != "acme" {
		t.Errorf("%v %v", made, err)
	}
	s.Run("admin", "organization", "member", "acme", "bob", "Member")
	s.Run("admin", "team", "create", "acme", "red")
	s.Run("admin", "team", "add", "acme", "red", "bob")
	p, _, err := s.DB.Project(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if out := s.Run("admin", "project", "list", "--ownerless"); out != "" {
		t.Errorf("ownerless: %q", out)
	}
	act(func(ctx context.Context, tx *change.Tx) error {
		_, err := tx.RemoveRole(ctx, p.ID, s.Admin.ID)
		return err
	})
	if out := s.Run("admin", "project", "list", "--ownerless"); out != "demo\n" {
		t.Errorf("SD-24: %q", out)
	}
	o, _, err := s.DB.Organization(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	act(func(ctx context.Context, tx *change.Tx) error { return tx.PutInOrganization(ctx, p.ID, o.ID) })
	if out := s.Run("admin", "project", "list", "--ownerless"); out != "" {
		t.Errorf("an organization owns it: %q", out)
	}
	s.Run("admin", "team", "role", "demo", "red", "Maintainer")
	if role, err := s.DB.RoleOf(t.Context(), p.ID, s.User("bob").ID); err != nil || role != index.Maintainer {
		t.Errorf("bob is %q (%v)", role, err)
	}
	for _, want := range []string{`"projects":["demo"]`, `"alice":"Owner"`, `"bob":"Member"`} {
		if out := s.Run("admin", "organization", "list", "--json"); !strings.Contains(out, want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
	if out := s.Run("admin", "team", "list", "acme", "--json"); !strings.Contains(out, `"demo":"Maintainer"`) {
		t.Error(out)
	}
	if out := s.Run("admin", "organization", "list") + s.Run("admin", "team", "list", "acme") + s.Run("admin", "project", "list"); out != "acme\t2 members\t1 projects\nred\t1 projects\ndemo\n" {
		t.Errorf("%q", out)
	}
	s.Run("admin", "organization", "member", "acme", "bob", "none")
	act(func(ctx context.Context, tx *change.Tx) error { return tx.PutInOrganization(ctx, p.ID, 0) })
	s.Run("admin", "organization", "delete", "acme")
	if out := s.Run("admin", "organization", "list", "--json"); strings.TrimSpace(out) != "[]" {
		t.Error(out)
	}
}
