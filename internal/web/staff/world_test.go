package staff_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/moderate"
)

// world is an index in which eve uploaded demo 1.0 and 2.0, bob reports, and mod
// moderates.
type world struct {
	*apptest.Server
	t   *testing.T
	ctx context.Context
	mod *apptest.Browser
}

const (
	evidence = "/admin/projects/demo/"
	wheel2   = "demo-2.0-py3-none-any.whl"
	inside   = evidence + "files/" + wheel2 + "/"
)

func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		w := &world{Server: s, t: t, ctx: context.Background()}
		for _, name := range []string{"eve", "bob", "mod"} {
			s.User(name)
		}
		w.upload(apptest.Wheel("demo", "1.0", "harmless", "Summary: A demo"))
		w.upload(apptest.Wheel("demo", "2.0", "evil", "Summary: A <b>better</b> demo"))
		w.change(func(tx *change.Tx) error {
			_, err := moderate.SetModerator(w.ctx, tx, "mod", true)
			return err
		})
		w.mod = w.as("mod")
		test(t, w)
	})
}

func (w *world) upload(d apptest.Dist) {
	w.t.Helper()
	token := w.NewToken(access.Grant{User: w.User("eve"), Description: "ci <token>"})
	if r := w.Upload(token, d); r.StatusCode != http.StatusOK {
		w.t.Fatal(r.Status, r.Text)
	}
}

func (w *world) change(fn func(tx *change.Tx) error) {
	w.t.Helper()
	if err := w.Recorder.Do(w.ctx, index.Operator(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// as is a browser in which somebody signed in just now.
func (w *world) as(name string) *apptest.Browser {
	w.t.Helper()
	user, b := w.User(name), w.NewBrowser()
	w.change(func(tx *change.Tx) (err error) {
		b.Cookies[middleware.LoginCookie], err = w.Guard.NewLogin(w.ctx, tx, index.Login{UserID: user.ID, Method: index.ByTOTP})
		return err
	})
	return b
}

// report has bob report something.
func (w *world) report(r index.Report) index.Report {
	w.t.Helper()
	v := &access.Visitor{User: w.User("bob"), Login: &index.Login{ProvenAt: w.Clock()}, Address: "192.0.2.1"}
	r, err := w.Moderate.Report(w.ctx, v, r)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// shows fails unless a page has all texts.
func (w *world) shows(path string, texts ...string) string {
	w.t.Helper()
	r := w.mod.Get(path)
	if r.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s\n%s", path, r.Status, r.Text)
	}
	for _, text := range texts {
		if !strings.Contains(r.Text, text) {
			w.t.Errorf("%s does not have %q:\n%s", path, text, r.Text)
		}
	}
	return r.Text
}

// done fails unless a form was carried out, and gives the page that it led to.
func (w *world) done(r apptest.Response) apptest.Response {
	w.t.Helper()
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.To(), "/admin/") {
		w.t.Fatalf("%s: %s %s\n%s", r.Request.URL.Path, r.Status, r.To(), r.Text)
	}
	return w.mod.Follow(r)
}

// undoes follows a form that was carried out, and takes it back with the form on the page after it.
func (w *world) undoes(who *apptest.Browser, r apptest.Response) {
	w.t.Helper()
	if r.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s: %s\n%s", r.Request.URL.Path, r.Status, r.Text)
	}
	page := who.Follow(r)
	act, found := page.Field("act")
	if !found || !strings.Contains(page.Text, "/admin/acts/undo/") {
		w.t.Fatalf("%s has no Undo:\n%s", r.To(), page.Text)
	}
	w.done(who.PostForm("/admin/acts/undo/", "act", act))
}

// file is what a GET of a file's address answers.
func (w *world) file(filename string) apptest.Response {
	w.t.Helper()
	f, found, err := w.DB.FileByName(w.ctx, filename)
	if err != nil || !found {
		w.t.Fatal(filename, err)
	}
	return w.Get("/" + f.Path())
}
