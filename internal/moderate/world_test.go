package moderate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/standing"
)

const wheel = "demo-1.0-py3-none-any.whl"

// world is an index with the projects "demo" (two releases) and "other", which
// alice owns, and the moderators mod and second.
type world struct {
	*apptest.Server
	t   *testing.T
	ctx context.Context
}

func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		w := &world{s, t, context.Background()}
		for _, name := range []string{"alice", "bob", "carol", "mod", "second"} {
			s.User(name)
		}
		token := s.NewToken(access.Grant{User: s.User("alice"), Description: "upload"})
		for _, d := range []apptest.Dist{apptest.Wheel("demo", "1.0", "a"), apptest.Sdist("demo", "1.0", "a"), apptest.Wheel("demo", "2.0", "b"), apptest.Wheel("other", "1.0", "c")} {
			if r := s.Upload(token, d); r.StatusCode != 200 {
				t.Fatal(r.Status, r.Text)
			}
		}
		for _, name := range []string{"mod", "second"} {
			w.do(func(tx *change.Tx) error {
				_, err := moderate.SetModerator(w.ctx, tx, name, true)
				return err
			})
		}
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
	w.must(w.Recorder.Do(w.ctx, index.Operator(), fn))
}

// visitor is a browser in which the user signed in just now.
func (w *world) visitor(name string) *access.Visitor {
	u, _, err := w.DB.UserByName(w.ctx, name)
	w.must(err)
	return &access.Visitor{User: u, Login: &index.Login{ProvenAt: w.Clock()}, Address: "192.0.2.1"}
}

func (w *world) user(name string) index.User {
	u, _, err := w.DB.UserByName(w.ctx, name)
	w.must(err)
	return u
}

func (w *world) project(name string) index.Project {
	p, _, err := w.DB.Project(w.ctx, name)
	w.must(err)
	return p
}

func (w *world) quarantine(on standing.Place, t moderate.Takedown) index.Act {
	w.t.Helper()
	if t.Reason == "" {
		t.Reason = "suspected malware"
	}
	act, err := w.Moderate.Quarantine(w.ctx, w.visitor("mod"), "demo", on, t)
	w.must(err)
	return act
}

func (w *world) remove(t moderate.Takedown) index.Act {
	w.t.Helper()
	act, err := w.Moderate.Remove(w.ctx, w.visitor("mod"), "demo", standing.Place{}, t)
	w.must(err)
	return act
}

// report files a report on demo as somebody.
func (w *world) report(by string, kind index.ReportKind) index.Report {
	w.t.Helper()
	r, err := w.Moderate.Report(w.ctx, w.visitor(by), index.Report{Name: "demo", Kind: kind, Text: "it sends my keys to a host far away"})
	w.must(err)
	return r
}

// picture is everything that acts can change, to compare before with after.
type picture struct {
	Project, Release, File, Alice, Mod string
	Name                               index.Name
	Rules                              int
	Switches                           int
	Reports, Labels, Defined           string
	Trusted                            bool
}

func (w *world) picture() picture {
	w.t.Helper()
	var p picture
	demo := w.project("demo")
	p.Project, p.Alice, p.Mod = demo.Standing.Text(), w.user("alice").Standing.Text(), w.user("mod").Standing.Text()
	r, _, err := w.DB.Release(w.ctx, demo.ID, "1")
	w.must(err)
	p.Release = r.Standing.Text()
	f, _, err := w.DB.PlacedFile(w.ctx, wheel)
	w.must(err)
	p.File = f.Standing.Text()
	if p.Name, _, err = w.DB.Name(w.ctx, "squatted"); err == nil {
		p.Name.CreatedAt = time.Time{}
	}
	w.must(err)
	rules, err := w.DB.GateRules(w.ctx)
	w.must(err)
	on, err := w.DB.Switches(w.ctx)
	w.must(err)
	p.Rules, p.Switches = len(rules), len(on)
	reports, err := w.DB.ReportsOf(w.ctx, "demo", 100)
	w.must(err)
	flags, err := w.DB.FlagsOn(w.ctx, index.OnProject, demo.ID, true)
	w.must(err)
	for _, f := range flags {
		p.Labels += f.Kind + f.Reason + f.Note + f.Since.String() + f.Until.String() + "\n"
	}
	labels, err := w.DB.Labels(w.ctx)
	w.must(err)
	p.Defined, p.Trusted = fmt.Sprintf("%+v", labels), w.user("alice").Trusted
	for _, r := range reports {
		p.Reports += r.UID + " " + string(r.State) + r.DecidedBy + r.Note + r.Act + "\n"
	}
	return p
}

// label defines one.
func (w *world) label(key string) {
	w.t.Helper()
	w.do(func(tx *change.Tx) error {
		return tx.PutLabel(w.ctx, index.Label{Key: key, Text: "Watched", Colour: "red", CreatedAt: tx.Now})
	})
}
