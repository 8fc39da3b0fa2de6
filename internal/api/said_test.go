package api_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

const simpleJSON = "application/vnd.pypi.simple.v1+json"

// setFlag sets a flag as an owner's or moderator's page does.
func setFlag(t *testing.T, s *apptest.Server, version string, f index.Flag) {
	t.Helper()
	if err := s.Recorder.Do(context.Background(), index.Operator(), func(tx *change.Tx) error {
		on, err := standing.Find(context.Background(), tx, "demo", version, "")
		if err != nil {
			return err
		}
		_, err = standing.Set(context.Background(), tx, on, f, "")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestST10DeprecatedReleases say so in each file entry and in the legacy JSON API; a deprecation to come only from its date on (ST-11).
func TestST10DeprecatedReleases(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
		s.MustUpload(apptest.Wheel("demo", "2.0", "x"))
		s.MustUpload(apptest.Wheel("heir", "1.0", "x"))
		setFlag(t, s, "1", index.Flag{Kind: index.Deprecated, Category: "insecure", Reason: "use 2.0 – now", URL: "https://example.org/cve", Successors: []string{"heir"}})
		soon := s.Clock().Add(time.Hour)
		setFlag(t, s, "2", index.Flag{Kind: index.Deprecated, Category: "eol", From: soon})
		entries := func() map[string]any {
			out := map[string]any{}
			for _, f := range decoded(t, s.Get("/simple/demo/", "Accept", simpleJSON))["files"].([]any) {
				out[strings.Split(f.(map[string]any)["filename"].(string), "-")[1]] = f.(map[string]any)["_deprecated"]
			}
			return out
		}
		info := func(version string) any {
			return decoded(t, s.Get("/pypi/demo/"+version+"/json"))["info"].(map[string]any)["_deprecated"]
		}
		old, ok := entries()["1.0"].(map[string]any)
		if !ok || old["kind"] != "insecure" || old["message"] != "use 2.0 – now" || old["url"] != "https://example.org/cve" || old["replacement"] != "heir" || !strings.HasPrefix(old["since"].(string), today()) {
			t.Errorf("1.0: %v", entries())
		}
		if other, ok := info("1.0").(map[string]any); !ok || other["kind"] != "insecure" || other["message"] != old["message"] {
			t.Errorf("legacy JSON of 1.0: %v", info("1.0"))
		}
		if entries()["2.0"] != nil || info("2.0") != nil {
			t.Errorf("before its date 2.0 says %v, %v", entries()["2.0"], info("2.0"))
		}
		before := s.Get("/simple/demo/").Header.Get("X-PyPI-Last-Serial")
		s.SetClock(2 * time.Hour)
		for end := time.Now().Add(20 * time.Second); entries()["2.0"] == nil && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		}
		begun, ok := entries()["2.0"].(map[string]any)
		if !ok || begun["kind"] != "eol" || begun["since"] != soon.UTC().Truncate(time.Microsecond).Format("2006-01-02T15:04:05.000000Z") {
			t.Errorf("2.0 at its date: %v", entries())
		}
		if after := s.Get("/simple/demo/").Header.Get("X-PyPI-Last-Serial"); after == before {
			t.Errorf("the serial stays at %s", after)
		}
	})
}

// TestST2StatusOfProjects: the reason as one line of ASCII where PEP 792 has it, as it was written elsewhere; successors by name.
func TestST2StatusOfProjects(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
		s.MustUpload(apptest.Wheel("heir", "1.0", "x"))
		if text := s.Get("/pypi/demo/json").Text; strings.Contains(text, `"_`) {
			t.Errorf("nothing is said of it, yet %s", text)
		}
		setFlag(t, s, "", index.Flag{Kind: index.Archived, Reason: "naïve – done", Successors: []string{"Heir", "https://example.org/else"}})
		page := decoded(t, s.Get("/simple/demo/", "Accept", simpleJSON))
		if st := page["project-status"].(map[string]any); st["status"] != "archived" || st["reason"] != "na?ve - done" {
			t.Errorf("status: %v", st)
		}
		if names := page["_successors"].([]any); len(names) != 1 || names[0] != "heir" {
			t.Errorf("successors: %v", names)
		}
		if html := s.Get("/simple/demo/").Text; !strings.Contains(html, `name="pypi:project-status-reason" content="na?ve - done"`) || strings.Contains(html, "heir") {
			t.Errorf("HTML: %s", html)
		}
		st := decoded(t, s.Get("/pypi/demo/json"))["info"].(map[string]any)["_status"].(map[string]any)
		if st["status"] != "archived" || st["reason"] != "naïve – done" || len(st["successors"].([]any)) != 2 || !strings.HasPrefix(st["since"].(string), today()) {
			t.Errorf("legacy JSON: %v", st)
		}
	})
}

// TestSN3QuarantinedVersions are named while the project stays as it was.
func TestSN3QuarantinedVersions(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, v := range []string{"1.0", "1.10", "1.9", "2.0", "3.0"} {
			s.MustUpload(apptest.Wheel("demo", v, "x"))
		}
		for v, flag := range map[string]string{"1.10": index.Quarantined, "1.9": index.Removed, "3.0": index.Deleted} {
			s.Run("admin", "flag", "set", "--project", "demo", "--release", v, flag)
		}
		page := decoded(t, s.Get("/simple/demo/", "Accept", simpleJSON))
		info := decoded(t, s.Get("/pypi/demo/json"))["info"].(map[string]any)
		for what, got := range map[string]any{
			`["1.0","2.0"]`: page["versions"], `["1.9","1.10"]`: page["_quarantined_versions"], `{"status":"active"}`: page["project-status"],
			`["1.9","1.10" ]`: info["_quarantined_versions"],
		} {
			if text, err := json.Marshal(got); err != nil || string(text) != strings.ReplaceAll(what, " ", "") {
				t.Errorf("got %s, want %s, %v", text, what, err)
			}
		}
	})
}

// TestSN4WithdrawnProjects have a Simple page of their own, in no list.
func TestSN4WithdrawnProjects(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	for _, flag := range [][]string{{"quarantined"}, {"removed", "--category", "malware"}} {
		s.Run(append([]string{"admin", "flag", "set", "--project", "demo", "--reason", "odd"}, flag...)...)
		r := s.Get("/simple/demo/", "Accept", simpleJSON)
		serial := r.Header.Get("X-PyPI-Last-Serial")
		want := `{"files":[],"meta":{"_last-serial":` + serial + `,"api-version":"1.4"},"name":"demo","project-status":{"reason":"odd","status":"quarantined"},"versions":[]}` + "\n"
		if r.StatusCode != 200 || r.Text != want {
			t.Errorf("%s: %s %s", flag[0], r.Status, r.Text)
		}
		html := s.Get("/simple/demo/").Text
		if !strings.Contains(html, `name="pypi:project-status" content="quarantined"`) || !strings.Contains(html, `name="pypi:project-status-reason" content="odd"`) || strings.Contains(html, "<a ") {
			t.Errorf("%s: %s", flag[0], html)
		}
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) { // the list follows at most a second later
			if !strings.Contains(s.Get("/simple/").Text, "demo") {
				break
			} else if time.Now().After(end) {
				t.Fatalf("%s: still in the list", flag[0])
			}
		}
	}
}

// TestST6DidYouMean: a name that nobody may have points to what was probably meant; clients are never sent there.
func TestST6DidYouMean(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("requests", "1.0", "x"))
		if err := s.Recorder.Do(context.Background(), index.Operator(), func(tx *change.Tx) error {
			n := index.Name{Name: "reqests", State: index.NameProhibited, CreatedAt: tx.Now}
			if _, err := tx.ClaimName(context.Background(), n); err != nil {
				return err
			}
			n.Message, n.Successors = "The name was squatted.", []string{"requests"}
			return tx.UpdateName(context.Background(), n)
		}); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/simple/reqests/", "/pypi/reqests/json", "/project/reqests/"} {
			r := s.Get(path, "Accept", simpleJSON)
			got := decoded(t, r)
			if r.StatusCode != 404 || got["detail"] != "reqests is not available; did you mean requests? The name was squatted." || got["successors"].([]any)[0] != "requests" {
				t.Errorf("%s: %s %s", path, r.Status, r.Text)
			}
		}
		if r := s.Get("/simple/nobody/", "Accept", simpleJSON); decoded(t, r)["detail"] != `There is no project "nobody" here.` {
			t.Errorf("%s", r.Text)
		}
	})
}

// TestST2SinceIsOfTheServedStatus: a lock on an archived project does not make it archived since the lock.
func TestST2SinceIsOfTheServedStatus(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	setFlag(t, s, "", index.Flag{Kind: index.Archived, Reason: "done"})
	status := func() any {
		return decoded(t, s.Get("/pypi/demo/json"))["info"].(map[string]any)["_status"].(map[string]any)["since"]
	}
	before := status()
	setFlag(t, s, "", index.Flag{Kind: index.Locked})
	if after := status(); after != before {
		t.Errorf("archived since %v, and after a lock since %v", before, after)
	}
}

// TestST11StatusOfADayToCome: until its day a deprecation is a banner, and nothing that installers read; from then on, within five minutes, it is
// both, at another serial.
func TestST11StatusOfADayToCome(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
		day := s.Clock().Add(24 * time.Hour)
		setFlag(t, s, "", index.Flag{Kind: index.Deprecated, Category: "eol", Reason: "use heir", From: day})
		setFlag(t, s, "1", index.Flag{Kind: index.Deprecated, Category: "eol", From: day})
		said := func() (banner bool, marker string, file, info any, serial string) {
			page := s.Get("/project/demo/1.0/").Text
			simple := s.Get("/simple/demo/", "Accept", simpleJSON)
			parsed := decoded(t, simple)
			legacy := decoded(t, s.Get("/pypi/demo/1.0/json"))["info"].(map[string]any)
			return strings.Count(page, "End of life on "+day.UTC().Format(time.DateOnly)) == 2, parsed["project-status"].(map[string]any)["status"].(string),
				parsed["files"].([]any)[0].(map[string]any)["_deprecated"], legacy["_deprecated"], simple.Header.Get("X-PyPI-Last-Serial")
		}
		for _, ahead := range []time.Duration{0, 24*time.Hour - time.Minute} {
			s.SetClock(ahead)
			time.Sleep(1500 * time.Millisecond) // longer than work waits that is due
			if banner, marker, file, info, _ := said(); !banner || marker != "active" || file != nil || info != nil {
				t.Errorf("%s before: banner %t, %s, %v, %v", 24*time.Hour-ahead, banner, marker, file, info)
			}
		}
		_, _, _, _, before := said()
		s.SetClock(24*time.Hour + time.Second)
		marker, file, info, serial := "", any(nil), any(nil), ""
		for end := time.Now().Add(20 * time.Second); (marker != "deprecated" || file == nil) && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			_, marker, file, info, serial = said()
		}
		banner, _, _, _, _ := said()
		if banner || marker != "deprecated" || file == nil || info == nil || serial == before {
			t.Errorf("at its day: still announced %t, %s, %v, %v, serial %s after %s", banner, marker, file, info, serial, before)
		}
		if late := s.Clock().Sub(day); late > 5*time.Minute {
			t.Errorf("%s late", late)
		}
		if text := s.Get("/statuses.json").Text; strings.Count(text, `"action":"set"`) != 4 { // announced, and in effect, each
			t.Errorf("the record: %s", text)
		}
	})
}
