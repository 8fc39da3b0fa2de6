package browse_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// lacks fails if the page holds one of the texts.
func lacks(t *testing.T, r apptest.Response, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.Text, text) {
			t.Errorf("%s: the page holds %q:\n%s", r.Status, text, r.Text)
		}
	}
}

func flag(t *testing.T, s *apptest.Server, version string, f index.Flag) {
	t.Helper()
	if err := s.Recorder.Do(context.Background(), index.Operator(), func(tx *change.Tx) error {
		on, err := standing.Find(context.Background(), tx, "demo", version, "")
		if err == nil {
			_, err = standing.Set(context.Background(), tx, on, f, "")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// shop is a project with words of its owners that no tombstone may show.
func shop(t *testing.T, adjust ...func(*config.Config)) *apptest.Server {
	s := apptest.Start(t, adjust...)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x", "Summary: OWNERSWORDS", "Author: OWNERSNAME", "Project-URL: Home, https://owners.example/"))
	s.MustUpload(apptest.Wheel("demo", "2.0", "x", "Summary: OWNERSWORDS"))
	s.MustUpload(apptest.Wheel("heir", "1.0", "x"))
	return s
}

// TestSN7Tombstones: 410 with the category, the date, the files by hash, what to do and where to object; nothing that its owners wrote, and
// nothing for search engines (SD-6). What is quarantined may return, so its page is there.
func TestSN7Tombstones(t *testing.T) {
	s := shop(t, func(c *config.Config) { c.SecurityContact = "security@example.com" })
	today := time.Now().UTC().Format(time.DateOnly)
	sums := []string{"sha256:" + apptest.Wheel("demo", "2.0", "x", "Summary: OWNERSWORDS").SHA256()}
	for _, row := range []struct {
		flag   index.Flag
		status int
		has    []string
		lacks  []string
	}{
		{
			index.Flag{Kind: index.Removed, Category: "malware", Reason: "steals keys", Details: "It reads ~/.ssh.\nAnd more.", URL: "https://osv.example/MAL-1", Successors: []string{"heir"}},
			410,
			[]string{"Removed as malware " + today + " - steals keys", "It reads ~/.ssh.\nAnd more.", `href="https://osv.example/MAL-1" rel="nofollow ugc noopener"`, `<a href="/project/heir/">heir</a>`, "take the machine for compromised", `<a href="mailto:security@example.com">object</a>`},
			nil,
		},
		{index.Flag{Kind: index.Quarantined, Reason: "suspected malware"}, 200, []string{"Quarantined: suspected malware since " + today, "Until they have decided"}, []string{"object</a>"}},
		{index.Flag{Kind: index.Deleted, Category: "owner", Side: index.ByOwner, Reason: "a mistake"}, 410, []string{"Deleted by its owner on " + today + " - a mistake", "goes on working"}, []string{"object</a>", "bring it back"}},
	} {
		flag(t, s, "", row.flag)
		r := s.Get("/project/demo/")
		if r.StatusCode != row.status || r.Header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s: %s, robots %q", row.flag.Kind, r.Status, r.Header.Get("X-Robots-Tag"))
		}
		has(t, r, append(append(row.has, sums...), `class="banner stop"`)...)
		lacks(t, r, append(row.lacks, "OWNERSWORDS", "OWNERSNAME", "owners.example", "pip install", "/user/")...)
		s.Run("admin", "flag", "clear", "--project", "demo", row.flag.Kind)
		has(t, s.Get("/project/demo/1.0/"), "OWNERSWORDS", "OWNERSNAME", "owners.example", "pip install")
	}
}

// TestSD7DeletedReleases have pages that say so, and stand in the history unless the operator hides them.
func TestSD7DeletedReleases(t *testing.T) {
	for _, hide := range []bool{false, true} {
		s := shop(t, func(c *config.Config) { show := !hide; c.ShowTombstones = &show })
		flag(t, s, "1", index.Flag{Kind: index.Deleted, Category: "owner", Side: index.ByOwner, Reason: "wrong build"})
		gone := s.Get("/project/demo/1.0/")
		if gone.StatusCode != 410 || gone.Header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s %q", gone.Status, gone.Header.Get("X-Robots-Tag"))
		}
		has(t, gone, "Deleted by its owner on ", "wrong build", "demo-1.0-py3-none-any.whl", `<a href="/project/demo/">The other releases`)
		lacks(t, gone, "OWNERSWORDS", "demo-2.0")
		page := s.Get("/project/demo/")
		if page.StatusCode != 200 || strings.Contains(page.Text, `<li class="gone"><a href="/project/demo/1.0/">1.0</a>`) == hide || strings.Contains(page.Text, "wrong build") == hide {
			t.Errorf("tombstones hidden: %v\n%s", hide, page.Text)
		}
		if r := s.Get("/project/demo/9.9/"); r.StatusCode != 404 {
			t.Errorf("a release that never was: %s", r.Status)
		}
	}
}

// TestST10Banners: red for what is insecure, yellow else; what is to come is announced (ST-11); labels of the history.
func TestST10Banners(t *testing.T) {
	s := shop(t)
	flag(t, s, "2", index.Flag{Kind: index.Deprecated, Category: "insecure", Reason: "use heir", Successors: []string{"heir", "https://example.org/x"}})
	flag(t, s, "1", index.Flag{Kind: index.Yanked, Reason: "broken"})
	flag(t, s, "", index.Flag{Kind: index.Archived, Reason: "done", From: time.Now().Add(48 * time.Hour)})
	r := s.Get("/project/demo/2.0/")
	has(t, r, `<div class="banner stop" role="status"><strong>Deprecated as insecure on `, ` - use heir</strong>`, `<a href="/project/heir/">heir</a>`, `<a href="https://example.org/x" rel="nofollow ugc noopener">`,
		`<div class="banner" role="status"><strong>Archived from `+time.Now().Add(48*time.Hour).UTC().Format(time.DateOnly)+" - done</strong>",
		`<span class="tag stop">insecure</span>`, `<span class="tag warn">yanked</span>`)
	has(t, s.Get("/project/demo/1.0/"), `<div class="banner" role="status"><strong>Yanked on `)
	flag(t, s, "2", index.Flag{Kind: index.Deprecated, Category: "eol", From: time.Now().Add(48 * time.Hour)})
	r = s.Get("/project/demo/2.0/")
	has(t, r, `<div class="banner" role="status"><strong>End of life on `)
	lacks(t, r, "tag stop", `">eol</span>`)
}

// TestST12Labels: public ones are shown, private ones are not, and neither makes a banner.
func TestST12Labels(t *testing.T) {
	s := shop(t)
	if err := s.Recorder.Do(context.Background(), index.Operator(), func(tx *change.Tx) error {
		for _, l := range []index.Label{{Key: "approved", Public: true, Colour: "green", Text: "Reviewed by us"}, {Key: "watch-it", Colour: "red", Text: "secret"}} {
			if err := tx.PutLabel(context.Background(), l); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	flag(t, s, "", index.Flag{Kind: "approved"})
	flag(t, s, "", index.Flag{Kind: "watch-it"})
	r := s.Get("/project/demo/")
	has(t, r, `<span class="tag green" title="Reviewed by us">approved</span>`)
	lacks(t, r, "watch-it", "secret", `class="banner`)
}

// TestSN7TheGravestFlagCounts: what was in quarantine and then removed is gone (410), not only looked into.
func TestSN7TheGravestFlagCounts(t *testing.T) {
	s := shop(t)
	for _, version := range []string{"1", ""} {
		path := "/project/demo/" + map[string]string{"1": "1.0/"}[version]
		flag(t, s, version, index.Flag{Kind: index.Quarantined, Reason: "odd"})
		if r := s.Get(path); r.StatusCode != 200 || !strings.Contains(r.Text, "Administrators look into it") {
			t.Errorf("%s in quarantine: %s", path, r.Status)
		}
		flag(t, s, version, index.Flag{Kind: index.Removed, Category: "malware"})
		if r := s.Get(path); r.StatusCode != 410 || !strings.Contains(r.Text, "Removed as malware") || strings.Contains(r.Text, "Administrators look into it") {
			t.Errorf("%s removed: %s", path, r.Status)
		}
	}
}
