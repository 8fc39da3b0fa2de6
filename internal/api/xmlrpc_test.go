package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
)

// rpcAnswer is what Python's client got.
type rpcAnswer struct {
	Result any
	Fault  []any
}

// callPython makes calls with Python's own client.
func callPython(t *testing.T, s *apptest.Server, path string, calls ...[]any) []rpcAnswer {
	t.Helper()
	input, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "testdata/xmlrpc/client.py", s.URL+path)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v\n%s", err, stderr.String())
	}
	var answers []rpcAnswer
	if err := json.Unmarshal(output, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

// same compares a result with what it should be, both as JSON.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	a, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Errorf("%s: got %s, want %s", what, a, b)
	}
}

// publish makes three projects: one plain, one of two people with a yank, one
// that is quarantined.
func publish(t *testing.T, s *apptest.Server) {
	t.Helper()
	s.MustUpload(apptest.Wheel("Demo.Pkg", "1.0", "a", "Classifier: Framework :: Django"))
	s.MustUpload(apptest.Wheel("other", "2.0", "b", "Classifier: Framework :: Django", "Classifier: Framework :: Flask"))
	s.MustUpload(apptest.Wheel("other", "2.1", "c", "Keywords: Framework :: Django,x"))
	s.MustUpload(apptest.Wheel("evil", "0.1", "d", "Classifier: Framework :: Django"))
	alice := s.User("alice")
	// Classifiers that an upload may not use, but that are in old releases.
	old := index.Release{Version: "0.9", Canonical: "0.9", Metadata: coremeta.Metadata{Classifiers: []string{"Private :: 100%_x & more"}}}
	err := s.Recorder.Do(context.Background(), index.System(), func(tx *change.Tx) error {
		demo, _, err := tx.Project(context.Background(), "demo-pkg")
		if err != nil {
			return err
		}
		old.ProjectID = demo.ID
		id, err := tx.InsertRelease(context.Background(), old)
		if err != nil {
			return err
		}
		f := index.File{ReleaseID: id, ProjectID: demo.ID, Filename: "demo_pkg-0.9.tar.gz", Packagetype: index.Sdist, PythonVersion: "source", Size: 1, SHA256: strings.Repeat("0", 64), UploadedAt: tx.Now}
		if _, err := tx.AddBlob(context.Background(), f.SHA256, 1, tx.Now.UnixMicro()); err != nil {
			return err
		}
		if _, err := tx.InsertFile(context.Background(), f); err != nil {
			return err
		}
		other, _, err := tx.Project(context.Background(), "other")
		if err != nil {
			return err
		}
		return tx.SetRole(context.Background(), other.ID, alice.ID, index.Maintainer)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Run("admin", "flag", "set", "--project", "other", "--release", "2.0", "yanked")
	s.Run("admin", "flag", "set", "--project", "evil", "quarantined")
}

// listed waits until the list of projects has caught up with the journal.
func listed(t *testing.T, s *apptest.Server) {
	t.Helper()
	want, err := s.DB.LastSerial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if got := s.Get("/simple/").Header.Get("X-PyPI-Last-Serial"); got == fmt.Sprint(want) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the list of projects does not reach serial %d", want)
		}
	}
}

// TestXMLRPCLiveMethods: as Python's client sees them.
func TestXMLRPCLiveMethods(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		publish(t, s)
		listed(t, s)
		list := func(items ...any) []any { return append([]any{}, items...) }
		calls := []struct {
			call []any
			want any
		}{
			{list("changelog_last_serial"), 16},
			{list("list_packages_with_serial"), map[string]int{"demo-pkg": 4, "other": 15}},
			{list("package_roles", "OTHER"), list(list("Owner", "admin"), list("Maintainer", "alice"))},
			{list("package_roles", "evil"), list()},
			{list("package_roles", "no such project"), list()},
			{list("user_packages", "Alice"), list(list("Maintainer", "other"))},
			{list("user_packages", "admin"), list(list("Owner", "demo-pkg"), list("Owner", "other"))},
			{list("user_packages", "nobody"), list()},
			{list("browse", list("Framework :: Django")), list(list("demo-pkg", "1.0"), list("other", "2.0"))},
			{list("browse", list("Framework :: Django", "Framework :: Flask", "Framework :: Flask")), list(list("other", "2.0"))},
			{list("browse", list("Private :: 100%_x & more")), list(list("demo-pkg", "0.9"))},
			{list("browse", list("Private :: 100%%x & more")), list()},
			{list("browse", list("private :: 100%_x & more")), list()},
			{list("browse", list("Framework :: Django", "no such \" classifier")), list()},
			{list("browse", list()), list()},
			{list("changelog_since_serial", 16), list()},
		}
		var send [][]any
		for _, c := range calls {
			send = append(send, c.call)
		}
		for i, answer := range callPython(t, s, "/pypi", send...) {
			if answer.Fault != nil {
				t.Errorf("%v: fault %v", calls[i].call, answer.Fault)
				continue
			}
			same(t, fmt.Sprint(calls[i].call), answer.Result, calls[i].want)
		}
	})
}

// TestXMLRPCChangelog: the rows of changelog_since_serial, ascending, with nil
// where a change has no version.
func TestXMLRPCChangelog(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		before := time.Now().Unix()
		publish(t, s)
		answers := callPython(t, s, "/RPC2", []any{"changelog_since_serial", 0}, []any{"changelog_since_serial", 14})
		rows := answers[0].Result.([]any)
		if len(rows) != 16 {
			t.Fatalf("%d rows, want 16: %v", len(rows), rows)
		}
		for i, row := range rows {
			r := row.([]any)
			if serial := r[4].(float64); serial != float64(i+1) {
				t.Errorf("row %d has serial %v", i, serial)
			}
			if at := int64(r[2].(float64)); at < before || at > time.Now().Unix() {
				t.Errorf("row %d is of %d, not of this test's time", i, at)
			}
			r[2] = "time"
		}
		same(t, "first rows", rows[:4], [][]any{
			{"demo-pkg", nil, "time", "create", 1},
			{"demo-pkg", nil, "time", "add Owner admin", 2},
			{"demo-pkg", "1.0", "time", "new release", 3},
			{"demo-pkg", "1.0", "time", "add py3 file demo_pkg-1.0-py3-none-any.whl", 4},
		})
		same(t, "last rows", rows[14:], [][]any{
			{"other", "2.0", "time", "yank release", 15},
			{"evil", nil, "time", "project quarantined", 16},
		})
		if tail := answers[1].Result.([]any); len(tail) != 2 {
			t.Errorf("after 14: %d rows, want 2", len(tail))
		}
	})
}

// manyClassifiers is one more than browse takes.
func manyClassifiers() (list []any) {
	for i := range 51 {
		list = append(list, fmt.Sprintf("Framework :: %d", i))
	}
	return list
}

// TestXMLRPCFaults: the codes of X-01.
func TestXMLRPCFaults(t *testing.T) {
	s := apptest.Start(t)
	calls := []struct {
		call []any
		code int
		text string
	}{
		{[]any{"no_such_method"}, -32601, `there is no method "no_such_method"`},
		{[]any{"system.listMethods"}, -32601, "there is no method"},
		{[]any{"changelog_last_serial", 1}, -32602, "changelog_last_serial()"},
		{[]any{"changelog_since_serial"}, -32602, "serial: int"},
		{[]any{"changelog_since_serial", "1"}, -32602, "serial: int"},
		{[]any{"changelog_since_serial", true}, -32602, "serial: int"},
		{[]any{"changelog_since_serial", 1.5}, -32602, "serial: int"},
		{[]any{"changelog_since_serial", 1, 2}, -32602, "serial: int"},
		{[]any{"package_roles", 7}, -32602, "name: str"},
		{[]any{"user_packages", nil}, -32602, "username: str"},
		{[]any{"browse", "Framework :: Django"}, -32602, "list[str]"},
		{[]any{"browse", []any{"a", 1}}, -32602, "list[str]"},
		{append([]any{"browse"}, manyClassifiers()), -32602, "too many"},
		{[]any{"list_packages_with_serial", map[string]any{"a": 1}}, -32602, "list_packages_with_serial()"},
		{[]any{"changelog", 0}, -32500, "use changelog_since_serial"},
		{[]any{"search", map[string]any{"name": "x"}}, -32500, "retired"},
		{[]any{"list_packages"}, -32500, s.URL + "/simple/"},
		{[]any{"top_packages"}, -32500, s.URL + "/stats/"},
		{[]any{"package_releases", "x"}, -32500, s.URL + "/pypi/NAME/json"},
		{[]any{"package_data", "x", "1"}, -32500, "/json"},
		{[]any{"release_data", "x", "1"}, -32500, s.URL + "/pypi/NAME/VERSION/json"},
		{[]any{"package_urls", "x", "1"}, -32500, "/json"},
		{[]any{"release_urls", "x", "1"}, -32500, "/json"},
		{[]any{"system.multicall", []any{}}, -32500, "one by one"},
	}
	var send [][]any
	for _, c := range calls {
		send = append(send, c.call)
	}
	for i, answer := range callPython(t, s, "/pypi/", send...) {
		c := calls[i]
		if answer.Fault == nil || answer.Fault[0] != float64(c.code) || !strings.Contains(answer.Fault[1].(string), c.text) {
			t.Errorf("%v: %+v, want fault %d with %q", c.call, answer, c.code, c.text)
		}
	}
}

// rpc posts the text of a call.
func rpc(s *apptest.Server, text string, headers ...string) apptest.Response {
	return s.Do(http.MethodPost, "/pypi", strings.NewReader(text), append([]string{"Content-Type", "text/xml"}, headers...)...)
}

// TestXMLRPCAnswersOnTheWire: what stands in the answer besides values.
func TestXMLRPCAnswersOnTheWire(t *testing.T) {
	s := apptest.Start(t)
	got := rpc(s, "<methodCall><methodName>changelog_last_serial</methodName></methodCall>")
	want := "<?xml version='1.0'?>\n<methodResponse><params><param><value><int>0</int></value></param></params></methodResponse>\n"
	if got.StatusCode != 200 || got.Text != want {
		t.Errorf("%s\n%s", got.Status, got.Text)
	}
	for name, value := range map[string]string{
		"Content-Type": "text/xml; charset=utf-8", "Cache-Control": "no-store",
		"RateLimit-Policy": `"xmlrpc";q=3600;w=3600`, "RateLimit": `"xmlrpc";r=3599;t=3600`,
	} {
		if got.Header.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), value)
		}
	}
	if r := s.Get("/RPC2"); r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "POST" {
		t.Errorf("GET /RPC2: %s, Allow %q", r.Status, r.Header.Get("Allow"))
	}
}

// TestXMLRPCLimits: security-bar 2.6. Each is refused with a fault, at once.
func TestXMLRPCLimits(t *testing.T) {
	s := apptest.Start(t)
	call := func(param string) string {
		return "<methodCall><methodName>browse</methodName><params><param>" + param + "</param></params></methodCall>"
	}
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>` + call("<value>&b;</value>")
	for name, c := range map[string]struct {
		text, code, says string
	}{
		"body":             {call("<value>" + strings.Repeat("x", 1<<20) + "</value>"), "-32600", "larger than 1048576 bytes"},
		"doctype":          {laughs, "-32700", "DOCTYPE"},
		"unknown entity":   {call("<value>&b;</value>"), "-32700", "entity"},
		"depth":            {call(strings.Repeat("<value><array><data>", 7) + strings.Repeat("</data></array></value>", 7)), "-32700", "nested too deeply"},
		"elements":         {call("<value><array><data>" + strings.Repeat("<value/>", 20_000) + "</data></array></value>"), "-32700", "too many elements"},
		"not XML":          {"hello", "-32700", "cannot be read"},
		"nothing":          {"", "-32700", "cannot be read"},
		"cut off":          {call("")[:60], "-32700", "cannot be read"},
		"another document": {"<html/>", "-32600", "methodCall"},
		"another charset":  {`<?xml version="1.0" encoding="utf-16"?>` + call("<value/>"), "-32700", "use UTF-8"},
	} {
		got := rpc(s, c.text)
		if got.StatusCode != 200 || !strings.Contains(got.Text, "<int>"+c.code+"</int>") || !strings.Contains(got.Text, c.says) {
			t.Errorf("%s: %s %.300s, want fault %s with %q", name, got.Status, got.Text, c.code, c.says)
		}
	}
	if got := rpc(s, "<methodCall><methodName>changelog_last_serial</methodName></methodCall>"); got.StatusCode != 200 {
		t.Errorf("afterwards: %s", got.Status)
	}
}

// TestXMLRPCRateLimit: X-02, through the rows that a restart or another node
// left.
func TestXMLRPCRateLimit(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		err := s.DB.Write(context.Background(), func(tx *database.Tx) error {
			now := time.Now()
			use := database.Use{Key: "xmlrpc:" + s.Keys.HashAddress("127.0.0.1"), Used: 3598, Ends: now.Add(30 * time.Minute)}
			_, err := tx.AddUse(context.Background(), use, now)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		call := []any{"changelog_last_serial"}
		answers := callPython(t, s, "/pypi", call, call, call, []any{"no_such_method"})
		for i, answer := range answers {
			if i < 2 {
				same(t, "within the limit", answer, rpcAnswer{Result: 0})
				continue
			}
			if answer.Fault == nil || answer.Fault[0] != -32500.0 || !strings.Contains(answer.Fault[1].(string), "HTTPTooManyRequests") {
				t.Errorf("call %d: %+v, want the fault HTTPTooManyRequests", i+1, answer)
			}
		}
		if r := rpc(s, "<methodCall/>"); !strings.HasPrefix(r.Header.Get("RateLimit"), `"xmlrpc";r=0;t=1`) {
			t.Errorf("RateLimit: %q", r.Header.Get("RateLimit"))
		}
	})
}

// TestXMLRPCDropsIllegalCharacters: X-02. Such a text can only come from the
// database, uploads refuse it.
func TestXMLRPCDropsIllegalCharacters(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		err := s.Recorder.Do(context.Background(), index.System(), func(tx *change.Tx) error {
			tx.Journal("odd", "", "a\x01b\x1bc\ufffe<&> \U0001f40d\td")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		row := callPython(t, s, "/pypi", []any{"changelog_since_serial", 0})[0].Result.([]any)[0].([]any)
		same(t, "action", row[3], "abc<&> \U0001f40d\td")
	})
}

// TestXMLRPCCompressesLongAnswers for a client that asks for it.
func TestXMLRPCCompressesLongAnswers(t *testing.T) {
	s := apptest.Start(t)
	s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
	listed(t, s)
	const call = "<methodCall><methodName>list_packages_with_serial</methodName></methodCall>"
	plain := rpc(s, call)
	if plain.Header.Get("Content-Encoding") != "" || !strings.Contains(plain.Text, "<name>demo</name><value><int>4</int></value>") {
		t.Errorf("%v\n%s", plain.Header, plain.Text)
	}
	packed := rpc(s, call, "Accept-Encoding", "gzip, deflate, br, zstd")
	z, err := gzip.NewReader(strings.NewReader(packed.Text))
	if err != nil {
		t.Fatalf("%v, Content-Encoding %q", err, packed.Header.Get("Content-Encoding"))
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != plain.Text || packed.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%v, Content-Encoding %q\n%s", err, packed.Header.Get("Content-Encoding"), text)
	}
	if small := rpc(s, "<methodCall><methodName>changelog_last_serial</methodName></methodCall>", "Accept-Encoding", "gzip"); small.Header.Get("Content-Encoding") != "" {
		t.Error("a short answer was compressed")
	}
}

// TestXMLRPCShowsNoChangeBeforeItsPages: X-06. Whoever hears of a serial from
// the changelog gets the project's pages of at least that serial.
func TestXMLRPCShowsNoChangeBeforeItsPages(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.MustUpload(apptest.Wheel("demo", "1.0", "a"))
		listed(t, s)
		s.Get("/pypi/demo/json") // remembered from here on
		// A change that this node does not hear of, as one just made on another.
		err := s.DB.Write(context.Background(), func(tx *database.Tx) error {
			serial, err := tx.TakeSerials(context.Background(), 1)
			if err != nil {
				return err
			}
			if err := tx.InsertEntries(context.Background(), index.Entry{Serial: serial, Name: "demo", Action: "change", Actor: "x", At: time.Now()}); err != nil {
				return err
			}
			return tx.SetLastSerial(context.Background(), "demo", serial)
		})
		if err != nil {
			t.Fatal(err)
		}
		call := []any{"changelog_since_serial", 4}
		if rows := callPython(t, s, "/pypi", call)[0].Result; reflect.ValueOf(rows).Len() != 1 {
			t.Fatalf("changelog: %v", rows)
		}
		if got := s.Get("/pypi/demo/json").Header.Get("X-PyPI-Last-Serial"); got != "5" {
			t.Errorf("the JSON page is of serial %s after the changelog told of 5", got)
		}
	})
}
