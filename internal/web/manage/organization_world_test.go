package manage_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// shared is an index with people whose browsers are signed in: alice owns the
// project demo, bob and carol are nobody, admin is the administrator.
type shared struct {
	*apptest.Server
	t *testing.T
}

func eachShared(t *testing.T, test func(t *testing.T, s *shared)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) { test(t, furnish(t, server)) })
}

func startShared(t *testing.T, adjust ...func(*config.Config)) *shared {
	t.Helper()
	return furnish(t, apptest.Start(t, adjust...))
}

func furnish(t *testing.T, server *apptest.Server) *shared {
	s := &shared{server, t}
	for _, name := range []string{"alice", "bob", "carol", "dora", "mallory"} {
		s.User(name)
	}
	s.MustUpload(apptest.Wheel("Demo", "1.0", "x"))
	s.give("demo", "alice", index.Owner)
	s.change(func(ctx context.Context, tx *change.Tx) error {
		_, err := tx.RemoveRole(ctx, s.project("demo").ID, s.Admin.ID)
		return err
	})
	return s
}

func (s *shared) change(fn func(ctx context.Context, tx *change.Tx) error) {
	s.t.Helper()
	ctx := context.Background()
	if err := s.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error { return fn(ctx, tx) }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shared) give(project, user string, role index.RoleName) {
	s.t.Helper()
	u := s.User(user)
	s.change(func(ctx context.Context, tx *change.Tx) error {
		return tx.SetRole(ctx, s.project(project).ID, u.ID, role)
	})
}

func (s *shared) project(name string) index.Project {
	s.t.Helper()
	p, found, err := s.DB.Project(context.Background(), name)
	if err != nil || !found {
		s.t.Fatalf("project %s: %v", name, err)
	}
	return p
}

// role is what somebody is in a project for any reason.
func (s *shared) role(project, user string) index.RoleName {
	s.t.Helper()
	role, err := s.DB.RoleOf(context.Background(), s.project(project).ID, s.User(user).ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return role
}

// member is what somebody is in an organization.
func (s *shared) member(organization, user string) index.RoleName {
	s.t.Helper()
	o, _, err := s.DB.Organization(context.Background(), organization)
	if err != nil {
		s.t.Fatal(err)
	}
	role, err := s.DB.OrganizationRole(context.Background(), o.ID, s.User(user).ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return role
}

// as is a browser in which somebody signed in just now.
func (s *shared) as(name string) *apptest.Browser {
	s.t.Helper()
	user, b := s.User(name), s.NewBrowser()
	s.change(func(ctx context.Context, tx *change.Tx) (err error) {
		b.Cookies[middleware.LoginCookie], err = s.Guard.NewLogin(ctx, tx, index.Login{UserID: user.ID, Method: index.ByTOTP})
		return err
	})
	return b
}

// ok fails unless a form was carried out.
func (s *shared) ok(r apptest.Response) apptest.Response {
	s.t.Helper()
	if r.StatusCode != http.StatusSeeOther || strings.HasPrefix(r.To(), "/account/login") {
		s.t.Fatalf("%s %s: %s %s\n%s", r.Request.Method, r.Request.URL.Path, r.Status, r.To(), r.Text)
	}
	return r
}

// refused fails unless the answer has the status and the text.
func (s *shared) refused(r apptest.Response, status int, text string) {
	s.t.Helper()
	if r.StatusCode != status || !strings.Contains(r.Text, text) {
		s.t.Errorf("%s %s: %s, want %d with %q\n%s", r.Request.Method, r.Request.URL.Path, r.Status, status, text, r.Text)
	}
}

// link is the path of the newest mail's link to an address.
func (s *shared) link(address, begin string) string {
	s.t.Helper()
	mails := s.Mails(address)
	pattern := regexp.MustCompile(regexp.QuoteMeta(begin) + `\?token=[A-Za-z0-9_-]+`)
	for i := len(mails) - 1; i >= 0; i-- {
		if link := pattern.FindString(mails[i].Text); link != "" {
			return link
		}
	}
	s.t.Fatalf("no mail to %s has a link to %s", address, begin)
	return ""
}

// subjects are those of the mails to somebody.
func (s *shared) told(user string) string {
	var all []string
	for _, m := range s.Mails(user + "@example.com") {
		all = append(all, m.Subject)
	}
	return strings.Join(all, "\n")
}

func token(link string) string {
	_, t, _ := strings.Cut(link, "?token=")
	return t
}

const collaboration = "/manage/project/demo/collaboration/"
