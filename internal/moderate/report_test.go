package moderate_test

import (
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/standing"
)

const text = "it sends my keys to a host far away"

// TestSN12ReportFields: what a report may say, and what it may not.
func TestSN12ReportFields(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ok := index.Report{Name: "demo", Kind: index.ReportMalware, Text: text}
		with := func(change func(r *index.Report)) index.Report {
			r := ok
			change(&r)
			return r
		}
		for name, row := range map[string]struct {
			r    index.Report
			want string // "" for accepted
		}{
			"least":            {ok, ""},
			"another spelling": {with(func(r *index.Report) { r.Name = "DEMO" }), ""},
			"everything": {with(func(r *index.Report) {
				r.Filename, r.Path, r.Line, r.URL = wheel, "demo/x.py", 7, "https://example.com/a"
			}), ""},
			"a release":             {with(func(r *index.Report) { r.Version = "1.0.0" }), ""},
			"20 characters":         {with(func(r *index.Report) { r.Text = strings.Repeat("ü", 20) }), ""},
			"10,000 characters":     {with(func(r *index.Report) { r.Text = strings.Repeat("ü", 10_000) }), ""},
			"several lines":         {with(func(r *index.Report) { r.Text = text + "\r\n\tand more" }), ""},
			"19 characters":         {with(func(r *index.Report) { r.Text = strings.Repeat("ü", 19) + "  " }), "19 characters"},
			"10,001 characters":     {with(func(r *index.Report) { r.Text = strings.Repeat("ü", 10_001) }), "10001 characters"},
			"no kind":               {with(func(r *index.Report) { r.Kind = "" }), "Choose what is wrong"},
			"a kind for rules":      {with(func(r *index.Report) { r.Kind = index.ReportLookAlike }), "Choose what is wrong"},
			"nobody's name":         {with(func(r *index.Report) { r.Name = "nobody" }), "no project"},
			"no name":               {with(func(r *index.Report) { r.Name = "-" }), "not a project name"},
			"another's file":        {with(func(r *index.Report) { r.Filename = "other-1.0-py3-none-any.whl" }), "has no file"},
			"no such release":       {with(func(r *index.Report) { r.Version = "7" }), "has no release"},
			"no version":            {with(func(r *index.Report) { r.Version = "?" }), "not a version"},
			"a line of nothing":     {with(func(r *index.Report) { r.Line = 7 }), "give its path"},
			"a negative line":       {with(func(r *index.Report) { r.Filename, r.Path, r.Line = wheel, "x", -1 }), "give its path"},
			"a path without file":   {with(func(r *index.Report) { r.Path = "x" }), "give its filename"},
			"a script link":         {with(func(r *index.Report) { r.URL = "javascript:alert(1)" }), "http://"},
			"a link with password":  {with(func(r *index.Report) { r.URL = "https://a:b@example.com/" }), "http://"},
			"turned text":           {with(func(r *index.Report) { r.Text = text + "\u202e" }), "cannot be shown"},
			"a control character":   {with(func(r *index.Report) { r.Text = text + "\x1b[2J" }), "cannot be shown"},
			"a turned path":         {with(func(r *index.Report) { r.Filename, r.Path = wheel, "a\u202eb" }), "direction characters"},
			"a path over two lines": {with(func(r *index.Report) { r.Filename, r.Path = wheel, "a\nb" }), "one line"},
		} {
			got, err := w.Moderate.Report(w.ctx, w.visitor("bob"), row.r)
			if row.want != "" {
				if err == nil || !strings.Contains(err.Error(), row.want) {
					t.Errorf("%s: %v, want %q", name, err, row.want)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			kept, found, err := w.DB.Report(w.ctx, got.UID)
			if err != nil || !found || kept.State != index.ReportReceived || kept.Reporter != "bob" || kept.Name != "demo" || kept.UploadedAt.IsZero() || kept.Address == "" {
				t.Errorf("%s: %+v, %v", name, kept, err)
			}
			if row.r.Filename != "" && (len(kept.SHA256) != 64 || kept.Version != "1.0") {
				t.Errorf("%s: a file's version and hash are filled in: %+v", name, kept)
			}
		}
	})
}

// TestSN12Limits: 20 a day for an account, 5 for an address without one.
func TestSN12Limits(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for range 20 {
			w.report("bob", index.ReportSpam)
		}
		_, err := w.Moderate.Report(w.ctx, w.visitor("bob"), index.Report{Name: "demo", Kind: index.ReportSpam, Text: text})
		if !index.HasCode(err, index.CodeTooManyAttempts) && !index.HasCode(err, index.CodeTooManyRequests) {
			t.Errorf("the 21st: %v", err)
		}
		w.report("carol", index.ReportSpam)
	})
}

// TestSN12WithoutAccount: moderators see it once the mailed link was opened; then its sender is told once how it ended.
func TestSN12WithoutAccount(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { yes := true; c.Moderation.AnonymousReports = &yes })
	s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
	w := &world{s, t, t.Context()}
	v := &access.Visitor{Address: "192.0.2.7"}
	r, err := w.Moderate.ReportWithout(w.ctx, v, index.Report{Name: "demo", Kind: index.ReportMalware, Text: text}, "zoe@example.com")
	w.must(err)
	if open, err := w.DB.OpenReports(w.ctx, 10); err != nil || len(open) != 0 || strings.Contains(r.SealedEmail, "zoe") {
		t.Fatalf("%+v, %v", open, err)
	}
	mails := s.Mails("zoe@example.com")
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	_, rest, _ := strings.Cut(mails[0].Text, "token=")
	token := strings.Fields(rest)[0]
	if _, err := w.Moderate.Confirm(w.ctx, v, token+"x"); !index.HasCode(err, index.CodeLinkEnded) {
		t.Errorf("another link: %v", err)
	}
	_, err = w.Moderate.Confirm(w.ctx, v, token)
	w.must(err)
	if _, err := w.Moderate.Confirm(w.ctx, v, token); !index.HasCode(err, index.CodeLinkEnded) {
		t.Errorf("the same link again: %v", err)
	}
	if open, err := w.DB.OpenReports(w.ctx, 10); err != nil || len(open) != 1 {
		t.Fatalf("%+v, %v", open, err)
	}
	_, err = w.Moderate.Decide(w.ctx, w.visitor("admin"), r.UID, index.ReportConfirmed, "")
	w.must(err)
	if mails = s.Mails("zoe@example.com"); len(mails) != 2 || !strings.Contains(mails[1].Subject, "confirmed") {
		t.Errorf("%+v", mails)
	}
	for i := range 4 {
		_, err := w.Moderate.ReportWithout(w.ctx, v, index.Report{Name: "demo", Kind: index.ReportSpam, Text: text}, "zoe@example.com")
		if err != nil {
			t.Errorf("report %d: %v", i+2, err)
		}
	}
	if _, err := w.Moderate.ReportWithout(w.ctx, v, index.Report{Name: "demo", Kind: index.ReportSpam, Text: text}, "zoe@example.com"); err == nil {
		t.Error("a sixth report of one address in a day")
	}
}

// TestWithoutAccountIsOffByDefault, and a link never confirms what is none.
func TestWithoutAccountIsOffByDefault(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		_, err := w.Moderate.ReportWithout(w.ctx, &access.Visitor{}, index.Report{Name: "demo", Kind: index.ReportSpam, Text: text}, "zoe@example.com")
		if !index.HasCode(err, index.CodeSignIn) {
			t.Error(err)
		}
		_, err = w.Moderate.Report(w.ctx, &access.Visitor{}, index.Report{Name: "demo", Kind: index.ReportSpam, Text: text})
		if !index.HasCode(err, index.CodeSignIn) {
			t.Error(err)
		}
	})
}

// TestSN13Decide: one decision, one mail; the second moderator hears of the first.
func TestSN13Decide(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		r := w.report("bob", index.ReportMalware)
		if _, err := w.Moderate.Decide(w.ctx, w.visitor("bob"), r.UID, index.ReportRejected, ""); !index.HasCode(err, index.CodeNotAllowed) {
			t.Errorf("the reporter decided: %v", err)
		}
		if _, err := w.Moderate.Decide(w.ctx, w.visitor("mod"), r.UID, index.ReportReceived, ""); !index.HasCode(err, index.CodeInvalidReport) {
			t.Errorf("no end: %v", err)
		}
		_, err := w.Moderate.Decide(w.ctx, w.visitor("mod"), r.UID, index.ReportDuplicate, "private")
		w.must(err)
		if _, err := w.Moderate.Decide(w.ctx, w.visitor("second"), r.UID, index.ReportRejected, ""); !index.HasCode(err, index.CodeReportDecided) {
			t.Errorf("the second decision: %v", err)
		}
		mails := w.Mails("bob@example.com")
		if len(mails) != 1 || !strings.Contains(mails[0].Subject, "duplicate") || strings.Contains(mails[0].Text, "private") || strings.Contains(mails[0].Text, "mod") && !strings.Contains(mails[0].Text, "moderator") {
			t.Errorf("%+v", mails)
		}
	})
}

// TestSN15AutoQuarantine: who and what is enough, and that it is marked, told and undone in one step.
func TestSN15AutoQuarantine(t *testing.T) {
	trust := func(w *world) {
		w.do(func(tx *change.Tx) error {
			_, _, err := moderate.Trust(w.ctx, tx, "carol", true)
			return err
		})
	}
	for name, row := range map[string]struct {
		reports func(w *world)
		want    bool
	}{
		"somebody":       {func(w *world) { w.report("bob", index.ReportMalware) }, false},
		"two people":     {func(w *world) { w.report("bob", index.ReportMalware); w.report("alice", index.ReportMalware) }, false},
		"trusted, young": {func(w *world) { trust(w); w.report("carol", index.ReportMalware) }, true},
		"trusted, spam":  {func(w *world) { trust(w); w.report("carol", index.ReportSpam) }, false},
		"trusted, older": {func(w *world) { trust(w); w.SetClock(25 * time.Hour); w.report("carol", index.ReportMalware) }, false},
		"trusted twice, older": {func(w *world) {
			trust(w)
			w.SetClock(25 * time.Hour)
			w.report("carol", index.ReportMalware)
			w.report("carol", index.ReportMalware)
		}, false},
		"trusted and another, older": {func(w *world) {
			trust(w)
			w.SetClock(25 * time.Hour)
			w.report("bob", index.ReportMalware)
			w.report("carol", index.ReportMalware)
		}, true},
		"switched off": {func(w *world) {
			w.Moderate.Settings.AutoQuarantine = false
			trust(w)
			w.report("carol", index.ReportMalware)
		}, false},
		"used by many":                   {func(w *world) { w.downloaded(100_001); trust(w); w.report("carol", index.ReportMalware) }, false},
		"used by as many as is possible": {func(w *world) { w.downloaded(100_000); trust(w); w.report("carol", index.ReportMalware) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				row.reports(w)
				_, got := w.project("demo").Standing.Get(index.Quarantined)
				if got != row.want {
					t.Fatalf("quarantined %v, want %v", got, row.want)
				}
				if open, err := w.DB.OpenReportsOf(w.ctx, "demo"); err != nil || len(open) == 0 {
					t.Errorf("the alarm is not in the queue: %v", err)
				}
				if got {
					w.automatic()
				}
			})
		})
	}
}

// downloaded counts downloads of demo yesterday.
func (w *world) downloaded(n int64) {
	w.do(func(tx *change.Tx) error {
		f, _, err := tx.PlacedFile(w.ctx, wheel)
		if err != nil {
			return err
		}
		yesterday := database.DayOf(w.Clock().Add(-24 * time.Hour))
		return tx.AddDownloads(w.ctx, []database.Downloads{{FileID: f.ID, ProjectID: f.ProjectID, Day: yesterday, N: n}})
	})
}

// automatic holds what a rule did against SN-15.
func (w *world) automatic() {
	w.t.Helper()
	acts, err := w.DB.ActsOf(w.ctx, "demo", 10)
	w.must(err)
	if len(acts) != 1 || !acts[0].Automatic || acts[0].Actor != "system" {
		w.t.Fatalf("%+v", acts)
	}
	if _, frozen := w.user("alice").Standing.Get(index.Frozen); !frozen {
		w.t.Error("the owner is not frozen")
	}
	if mails := w.Mails("mod@example.com"); len(mails) != 1 || !strings.Contains(mails[0].Subject, "quarantined by a rule") || !strings.Contains(mails[0].Text, "/admin/projects/demo/") {
		w.t.Errorf("%+v", mails)
	}
	w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), acts[0].UID))
	if _, frozen := w.user("alice").Standing.Get(index.Frozen); frozen || !standing.Status(w.project("demo")).Offered {
		w.t.Error("the rule's act is not undone")
	}
}

// TestSN11OwnersAreTold of quarantine, removal and their end, with where to appeal, without any moderator's name; never when it is silent.
func TestSN11OwnersAreTold(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		act := w.quarantine(standing.Place{Version: "1"}, moderate.Takedown{Reason: "odd code"})
		w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), act.UID))
		w.remove(moderate.Takedown{Category: "policy", Reason: "against the rules"})
		_, err := w.Moderate.ClearTakedown(w.ctx, w.visitor("mod"), "demo", standing.Place{}, moderate.Takedown{})
		w.must(err)
		w.quarantine(standing.Place{}, moderate.Takedown{Silent: true, FreezeOwners: true})
		mails := w.Mails("alice@example.com")
		want := []string{"is in quarantine", "is back", "was removed by the index administrators", "is back"}
		if len(mails) != len(want) {
			t.Fatalf("%d mails, want %d: %+v", len(mails), len(want), mails)
		}
		for i, m := range mails {
			if !strings.Contains(m.Subject, want[i]) || strings.Contains(m.Text, "By: mod") {
				t.Errorf("mail %d: %s\n%s", i, m.Subject, m.Text)
			}
		}
		if !strings.Contains(mails[0].Text, "The release 1.0 of demo") || !strings.Contains(mails[0].Text, "odd code") || !strings.Contains(mails[2].Text, "Do you think that this is wrong?") {
			t.Errorf("%s\n%s", mails[0].Text, mails[2].Text)
		}
	})
}

// TestSN1Texts: the reason is one line of printable ASCII, 200 characters at most, and needed; a removal says as what.
func TestSN1Texts(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for want, take := range map[string]moderate.Takedown{
			"Say in one line why": {},
			"has 201 characters":  {Reason: strings.Repeat("x", 201)},
			"printable ASCII":     {Reason: "schön"},
			"it holds '\\n'":      {Reason: "a\nb"},
			"has no categories":   {Reason: "ok", Category: "malware"},
			"details have":        {Reason: "ok", Details: strings.Repeat("x", 4001)},
			"must be an https://": {Reason: "ok", URL: "http://example.com"},
		} {
			if _, err := w.Moderate.Quarantine(w.ctx, w.visitor("mod"), "demo", standing.Place{}, take); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
		if _, err := w.Moderate.Remove(w.ctx, w.visitor("mod"), "demo", standing.Place{}, moderate.Takedown{Reason: "ok"}); !index.HasCode(err, index.CodeInvalidReport) {
			t.Error(err)
		}
		w.quarantine(standing.Place{}, moderate.Takedown{Reason: strings.Repeat("x", 200), Details: "two\nlines", URL: "https://example.com/advisory", Note: "seen"})
		if acts, err := w.DB.ActsOf(w.ctx, "demo", 10); err != nil || len(acts) != 1 {
			t.Errorf("%+v, %v", acts, err)
		}
	})
}
