package upload_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
	"strongroom/internal/packaging/inspect"
	"strongroom/internal/sandbox"
	"strongroom/internal/scan"
	"strongroom/internal/upload"
)

// TestMain lets the tests' program be a child that fails as its request says.
func TestMain(m *testing.M) {
	if sandbox.IsChild() {
		runtime.LockOSThread()
		sandbox.ServeChild(misbehave)
	}
	os.Exit(m.Run())
}

// misbehave looks into the archive, unless the version says otherwise.
func misbehave(request []byte, file *os.File) ([]byte, error) {
	switch text := string(request); {
	case strings.Contains(text, "demo-5.0-"):
		time.Sleep(time.Hour) // until somebody kills it
	case strings.Contains(text, "demo-6.0-"):
		panic("as asked")
	case strings.Contains(text, "demo-7.0-"):
		for n := 0; ; n++ { // until the processor time is used up
			runtime.KeepAlive(n)
		}
	case strings.Contains(text, "demo-8.0-"):
		hoard := [][]byte{}
		for {
			hoard = append(hoard, make([]byte, 64<<20))
			clear(hoard[len(hoard)-1])
		}
	case strings.Contains(text, "demo-9.0-"):
		return []byte("rubbish"), nil
	}
	return inspect.Handle(request, file)
}

// TestAV2ChildrenThatFail refuse the archive, and the server goes on.
func TestAV2ChildrenThatFail(t *testing.T) {
	s := apptest.Start(t)
	pool, err := sandbox.New(sandbox.Options{Program: "/proc/self/exe", CPU: time.Second, Memory: 256 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s.Acceptor.Look = upload.Sandboxed(pool)
	before := rows(t, s)
	for _, version := range []string{"6.0", "7.0", "8.0", "9.0"} {
		r := s.Upload(s.Token, apptest.Wheel("demo", version, "x"))
		if r.StatusCode != http.StatusBadRequest || !strings.Contains(r.Status, "could not be validated within limits") || !strings.Contains(r.Text, `"archive-check-failed"`) {
			t.Errorf("%s: %s %s", version, r.Status, r.Text)
		}
	}
	if rows(t, s) != before {
		t.Error("a refused upload left rows")
	}
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	s.MustUpload(apptest.Sdist("demo", "1.0", "x"))
}

// TestBusyGate asks to come again, and keeps nothing (AV-3).
func TestBusyGate(t *testing.T) {
	s := apptest.Start(t)
	pool, err := sandbox.New(sandbox.Options{Program: "/proc/self/exe", Parallel: 1, Queue: 1})
	if err != nil {
		t.Fatal(err)
	}
	s.Acceptor.Look = upload.Sandboxed(pool)
	var calls sync.WaitGroup
	for range 2 { // one at work, one that waits
		calls.Go(func() {
			for err := sandbox.ErrBusy; err == sandbox.ErrBusy; { // the look below took the place for a moment
				_, err = pool.Run(t.Context(), []byte("demo-5.0-"), nil)
			}
		})
	}
	defer calls.Wait()
	defer pool.Close()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		_, err := pool.Run(ctx, []byte("demo-5.0-"), nil)
		if cancel(); err == sandbox.ErrBusy {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("never busy: %v", err)
		}
	}
	before := rows(t, s)
	r := s.Upload(s.Token, apptest.Wheel("demo", "1.0", "x"))
	if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") != "30" || !strings.Contains(r.Status, "Too many files") {
		t.Errorf("%s %v", r.Status, r.Header)
	}
	if rows(t, s) != before {
		t.Error("a file that was sent away left rows")
	}
}

// TestGateRules: what administrators know decides at once, and every match is in the audit log.
func TestGateRules(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.Run("admin", "gate", "put", "text", "refuse", "steal_tokens", "--reason", "steals tokens")
		s.Run("admin", "gate", "put", "path", "flag", "__init__.py")
		s.Run("admin", "gate", "put", "release", "refuse", "Other==1.0")
		bad := apptest.Wheel("demo", "1.0", "steal_tokens()")
		r := s.Upload(s.Token, bad)
		if r.StatusCode != http.StatusBadRequest || !strings.Contains(r.Status, "refuses its file demo/__init__.py: steals tokens.") || !strings.Contains(r.Text, `"known-bad"`) {
			t.Errorf("%s %s", r.Status, r.Text)
		}
		if r := s.Upload(s.Token, apptest.Sdist("other", "1.0", "x")); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s", r.Status)
		}
		s.MustUpload(apptest.Wheel("demo", "2.0", "harmless")) // flagged only
		s.Run("admin", "gate", "put", "hash", "allow", strings.ToUpper(bad.SHA256()), "--reason", "looked at")
		s.MustUpload(bad)
		if got := matches(t, s, "project:demo"); got != "refuse 1.0, flag 1.0, allow 1.0, flag 2.0, refuse 1.0, flag 1.0" {
			t.Errorf("the audit log has %s", got)
		}
		s.Run("admin", "gate", "remove", "release", "other==1")
		s.MustUpload(apptest.Sdist("other", "1.0", "x"))
	})
}

// matches are the matches in the audit log, the newest first, those of one upload by action.
func matches(t *testing.T, s *apptest.Server, object string) string {
	t.Helper()
	events, err := s.DB.EventsOf(t.Context(), object, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		if e.Action == index.EventGateMatch {
			action, rest, _ := strings.Cut(e.After, " ")
			out = append(out, action+" "+strings.Split(rest, "-")[1])
		}
	}
	return strings.Join(out, ", ")
}

// TestDryRun does all checks and changes nothing (AV-19).
func TestDryRun(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		good, bad := apptest.Wheel("demo", "1.0", "x"), apptest.Wheel("demo", "1.0", "x", "Requires-Python: three")
		before := rows(t, s)
		fields := good.Fields()
		fields[":action"] = []string{"validate"}
		fields["summary"] = []string{"another"}
		r := s.UploadForm(s.Token, good, fields)
		if r.StatusCode != http.StatusOK || !strings.Contains(r.Text, `{"dry_run":true,"duplicate":false,"project":"demo","version":"1.0","warnings":["Summary differs`) {
			t.Errorf("%s %s", r.Status, r.Text)
		}
		media, form := good.Form(good.Fields())
		r = s.Do("POST", "/legacy/?dry_run=1", form, "Content-Type", media, "Authorization", "Bearer "+s.Token)
		if r.StatusCode != http.StatusOK || !strings.Contains(r.Text, `"warnings":[]`) {
			t.Errorf("%s %s", r.Status, r.Text)
		}
		fields = bad.Fields()
		fields[":action"] = []string{"validate"}
		if r = s.UploadForm(s.Token, bad, fields); r.StatusCode != http.StatusBadRequest || !strings.Contains(r.Status, "Requires-Python") {
			t.Errorf("%s", r.Status)
		}
		if rows(t, s) != before || len(staged(t, s)) != 0 {
			t.Error("a dry run left something")
		}
	})
}

// TestScanner: what it refuses stays out, what it flags is noted, and what becomes of its failure is a setting (AV-20).
func TestScanner(t *testing.T) {
	s := apptest.Start(t)
	path := filepath.Join(t.TempDir(), "scanner")
	script := "#!/bin/sh\ncase $STRONGROOM_FILE in *demo-1.0-*) echo '{\"action\":\"refuse\",\"reason\":\"smells\"}';; *demo-2.0-*) echo '{\"action\":\"flag\",\"reason\":\"odd\"}';; *demo-3.0-*) exit 1;; *) echo '{\"action\":\"allow\"}';; esac\n"
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	s.Acceptor.Scan = &upload.Scanning{Scanner: &scan.Scanner{Target: path, Timeout: time.Minute}, Closed: true}
	if r := s.Upload(s.Token, apptest.Wheel("demo", "1.0", "x")); r.StatusCode != http.StatusBadRequest || !strings.Contains(r.Status, "The scanner of this index refuses it: smells.") {
		t.Errorf("%s", r.Status)
	}
	if r := s.Upload(s.Token, apptest.Wheel("demo", "3.0", "x")); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") != "60" {
		t.Errorf("%s", r.Status)
	}
	s.MustUpload(apptest.Wheel("demo", "2.0", "x"))
	s.MustUpload(apptest.Wheel("demo", "4.0", "x"))
	s.Acceptor.Scan.Closed = false
	s.MustUpload(apptest.Wheel("demo", "3.0", "x"))
	events, err := s.DB.EventsOf(t.Context(), "project:demo", 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		if e.Action == index.EventGateScan {
			got = append(got, strings.SplitN(e.After, " ", 2)[0]+":"+e.Reason)
		}
	}
	if len(got) != 4 || got[1] != "flag:odd" || got[3] != "refuse:smells" || !strings.Contains(got[0], "exit status 1") {
		t.Errorf("the audit log has %q", got)
	}
}

// TestWarningsAreKept for the owners of the file.
func TestWarningsAreKept(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		d := apptest.Wheel("demo", "1.0", "x")
		fields := d.Fields()
		fields["summary"] = []string{"another"}
		if r := s.UploadForm(s.Token, d, fields); r.StatusCode != http.StatusOK {
			t.Fatal(r.Status)
		}
		report, err := s.DB.FileReport(t.Context(), file(t, s, d.Filename).ID)
		if err != nil || len(report.Warnings) != 1 || !strings.HasPrefix(report.Warnings[0], "Summary differs") {
			t.Errorf("%+v, %v", report, err)
		}
		s.MustUpload(apptest.Wheel("demo", "2.0", "x"))
		if report, err = s.DB.FileReport(t.Context(), file(t, s, "demo-2.0-py3-none-any.whl").ID); err != nil || len(report.Warnings) != 0 {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

// TestLookThatCannotRead is our fault, not the publisher's.
func TestLookThatCannotRead(t *testing.T) {
	s := apptest.Start(t)
	s.Acceptor.Look = func(context.Context, *os.File, inspect.Request) (inspect.Report, error) {
		return inspect.Report{}, errors.New("a bad sector")
	}
	if r := s.Upload(s.Token, apptest.Wheel("demo", "1.0", "x")); r.StatusCode != http.StatusServiceUnavailable || strings.Contains(r.Text, "sector") {
		t.Errorf("%s %s", r.Status, r.Text)
	}
}
