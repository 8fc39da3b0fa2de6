package manage_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// TestDocumentation is the owner's way: redirect, hear of it, change it, end it; others only read.
func TestDocumentation(t *testing.T) {
	file := filepath.Join(t.TempDir(), "redirects.txt")
	s := startShared(t, func(c *config.Config) {
		c.Docs = config.Docs{Show: "always", URL: "https://docs.index.example", RedirectsFile: file}
	})
	s.give("demo", "bob", index.Maintainer)
	alice, bob := s.as("alice"), s.as("bob")
	const page = "/manage/project/demo/documentation/"
	s.refused(alice.Get(page), 200, "redirects nowhere")
	s.refused(bob.Get(page), 200, "owners can change that")
	s.refused(bob.PostForm(page, "redirect_url", "https://docs.example.com/"), 403, "isn&#39;t allowed")
	for address, why := range map[string]string{
		"http://docs.example.com/": "must begin with https://", "https://docs.index.example/demo/": "circle", "https://u@docs.example.com/": "user name", "": "not an address",
	} {
		r := alice.PostForm(page, "redirect_url", address, "keep_path", "yes")
		s.refused(r, 400, why)
		s.refused(r, 400, `value="`+address+`"`)
	}
	s.ok(alice.PostForm(page, "redirect_url", "https://Docs.example.com/demo/", "keep_path", "yes"))
	s.refused(alice.Get(page), 200, `<a href="https://docs.example.com/demo" rel="nofollow ugc noopener">`)
	if got := s.told("alice"); !strings.Contains(got, "The documentation of Demo redirects elsewhere") {
		t.Errorf("alice was told %q", got)
	}
	if events, err := s.DB.EventsOf(context.Background(), "project:demo", 1); err != nil || events[0].Action != index.EventDocsSet || events[0].After != "https://docs.example.com/demo" {
		t.Errorf("%+v, %v", events, err)
	}
	s.waitFor(file, `"project_name":"demo"`)
	s.ok(alice.PostForm(page, "remove", "yes"))
	s.refused(alice.Get(page), 200, "redirects nowhere")
}

// TestHostedDocumentation: without the setting only projects that have documentation have the page, and deleting that leaves the redirect (DR-1, DR-9).
func TestHostedDocumentation(t *testing.T) {
	s := startShared(t)
	alice := s.as("alice")
	const page = "/manage/project/demo/documentation/"
	s.refused(alice.Get(page), 404, "has no documentation here")
	s.hosted("Demo")
	s.refused(alice.Get("/manage/project/demo/settings/"), 200, page)
	s.ok(alice.PostForm(page, "redirect_url", "https://docs.example.com/new"))
	s.refused(alice.PostForm("/manage/project/demo/delete_project_docs/", "confirm_project_name", "other"), 400, "to confirm")
	s.ok(alice.PostForm("/manage/project/demo/delete_project_docs/", "confirm_project_name", "Demo"))
	s.refused(alice.Get(page), 404, "has no documentation here")
	if d, found, err := s.DB.DocsRedirect(context.Background(), s.project("demo").ID); err != nil || !found || d.URL != "https://docs.example.com/new" {
		t.Errorf("the redirect: %+v, %v, %v", d, found, err)
	}
}

// hosted gives demo a folder of the docs host.
func (s *shared) hosted(prefix string) {
	s.t.Helper()
	p := s.project("demo")
	s.change(func(ctx context.Context, tx *change.Tx) error { return maintain.HostedDocs(ctx, tx, p, prefix) })
}

// waitFor waits until a file holds a text.
func (s *shared) waitFor(file, text string) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got, err := os.ReadFile(file); err == nil && strings.Contains(string(got), text) {
			return
		}
	}
	s.t.Errorf("%s never held %q", file, text)
}
