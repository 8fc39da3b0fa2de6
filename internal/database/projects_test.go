package database_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

func TestProjects(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.write(func(tx *database.Tx) error {
			if err := tx.GrowProject(w.ctx, w.project.ID, 5<<40, "Demo"); err != nil {
				return err
			}
			return tx.SetProjectLimits(w.ctx, w.project.ID, 1<<33, 1<<41)
		})
		want := w.project
		want.DisplayName, want.Size, want.FileLimit, want.SizeLimit = "Demo", 5<<40, 1<<33, 1<<41
		if got, found, err := w.db.Project(w.ctx, "demo"); err != nil || !found || !reflect.DeepEqual(got, want) {
			t.Errorf("Project = %+v, %v, %v; want %+v", got, found, err, want)
		}
		if got, found, err := w.db.ProjectByID(w.ctx, want.ID); err != nil || !found || !reflect.DeepEqual(got, want) {
			t.Errorf("ProjectByID = %+v, %v, %v", got, found, err)
		}
		for _, name := range []string{"Demo", "other", ""} {
			if _, found, err := w.db.Project(w.ctx, name); found || err != nil {
				t.Errorf("%q: %v, %v", name, found, err)
			}
		}
	})
}

// TestSD17ANameFindsTheProjectThatHoldsItNow gives a name to a second project.
func TestSD17ANameFindsTheProjectThatHoldsItNow(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		heir := index.Project{UID: "heir", Name: "demo", DisplayName: "demo", CreatedAt: noon()}
		w.write(func(tx *database.Tx) error {
			n, _, err := tx.LockName(w.ctx, "demo")
			if err != nil {
				return err
			}
			if heir.ID, err = tx.InsertProject(w.ctx, heir, w.user.ID); err != nil {
				return err
			}
			n.ProjectID, n.Identity = heir.ID, n.Identity+1
			if err := tx.UpdateName(w.ctx, n); err != nil {
				return err
			}
			return tx.SetLastSerial(w.ctx, "demo", 9)
		})
		if got, _, err := w.db.Project(w.ctx, "demo"); err != nil || got.ID != heir.ID || got.LastSerial != 9 {
			t.Errorf("Project = %+v, %v", got, err)
		}
		if old, _, err := w.db.ProjectByID(w.ctx, w.project.ID); err != nil || old.LastSerial != 0 {
			t.Errorf("the old project moved: %+v, %v", old, err)
		}
		listed := 0
		w.must(w.db.ListedProjects(w.ctx, func(p database.ListedProject) error { listed++; return nil }))
		if p, found, err := w.db.ListedProject(w.ctx, "demo"); err != nil || !found || p.Serial != 9 || listed != 1 {
			t.Errorf("listed %d times, %+v, %v, %v", listed, p, found, err)
		}
	})
}

// TestListedProjects leaves withdrawn ones out and sorts by bytes on every server.
func TestListedProjects(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, name := range []string{"a-b", "a", "ab", "a2", "quarantined", "archived"} {
			p := w.addProject(name, w.user.ID)
			if _, ok := index.KindOf(name); ok {
				w.set(index.OnProject, p.ID, name)
			}
		}
		var got []string
		w.must(w.db.ListedProjects(w.ctx, func(p database.ListedProject) error {
			got = append(got, p.Name)
			return nil
		}))
		if want := []string{"a", "a-b", "a2", "ab", "archived", "demo"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if p, found, err := w.db.ListedProject(w.ctx, "quarantined"); err != nil || !found || p.Listed {
			t.Errorf("a withdrawn one: %+v, %v, %v", p, found, err)
		}
		if _, found, err := w.db.ListedProject(w.ctx, "nobody"); err != nil || found {
			t.Errorf("an unknown one: %v, %v", found, err)
		}
		stop := fmt.Errorf("enough")
		if err := w.db.ListedProjects(w.ctx, func(database.ListedProject) error { return stop }); err != stop {
			t.Errorf("got %v, want the callback's error", err)
		}
	})
}

func TestNewestAndLargestProjects(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for i, name := range []string{"small", "large", "gone"} {
			p := w.addProject(name, w.user.ID)
			w.write(func(tx *database.Tx) error { return tx.GrowProject(w.ctx, p.ID, int64(10*i+1), name) })
			if name == "gone" {
				w.set(index.OnProject, p.ID, index.Deleted)
			}
		}
		newest, err := w.db.NewestProjects(w.ctx, 2)
		w.must(err)
		if len(newest) != 2 || newest[0].Name != "large" || newest[1].Name != "small" {
			t.Errorf("NewestProjects = %+v", newest)
		}
		largest, err := w.db.LargestProjects(w.ctx, 2)
		w.must(err)
		if len(largest) != 2 || largest[0].Name != "large" || largest[1].Name != "small" {
			t.Errorf("LargestProjects = %+v", largest)
		}
		want := database.Totals{Projects: 3, Releases: 1, Files: 1, Users: 1, Bytes: 12}
		if got, err := w.db.Totals(w.ctx); err != nil || got != want {
			t.Errorf("Totals = %+v, %v; want %+v", got, err, want)
		}
	})
}

func TestProjectsCreatedSince(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.addProject("two", w.user.ID)
		w.addProject("other", w.user.ID+1)
		for since, want := range map[time.Time]int{noon(): 2, noon().Add(-time.Hour): 2, noon().Add(time.Microsecond): 0} {
			if got, err := w.db.ProjectsCreatedSince(w.ctx, w.user.ID, since); err != nil || got != want {
				t.Errorf("since %s: %d, %v; want %d", since, got, err, want)
			}
		}
	})
}

// TestJ09Roles lists Owners first, then by name without regard to case.
func TestJ09Roles(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		bob, zed := w.addUser("bob", ""), w.addUser("Zed", "")
		w.write(func(tx *database.Tx) error {
			for _, r := range []struct {
				user int64
				role index.RoleName
			}{{bob.ID, index.Maintainer}, {zed.ID, index.Owner}, {w.user.ID, index.Maintainer}, {w.user.ID, index.Owner}} {
				if err := tx.SetRole(w.ctx, w.project.ID, r.user, r.role); err != nil {
					return err
				}
			}
			return nil
		})
		roles, err := w.db.RolesOf(w.ctx, w.project.ID)
		w.must(err)
		var got []string
		for _, r := range roles {
			got = append(got, string(r.Role)+" "+r.Username+" "+r.Project)
		}
		if want := []string{"Owner Alice demo", "Owner Zed demo", "Maintainer bob demo"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if role, err := w.db.RoleOf(w.ctx, w.project.ID, bob.ID); err != nil || role != index.Maintainer {
			t.Errorf("bob: %q, %v", role, err)
		}
		if role, err := w.db.RoleOf(w.ctx, w.project.ID+1, bob.ID); err != nil || role != "" {
			t.Errorf("bob elsewhere: %q, %v", role, err)
		}
		if of, err := w.db.RolesOfUser(w.ctx, bob.ID); err != nil || len(of) != 1 || of[0].Project != "demo" {
			t.Errorf("RolesOfUser = %+v, %v", of, err)
		}
	})
}
