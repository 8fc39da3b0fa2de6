package staff_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/index"
)

// wheel makes a wheel of demo with these members.
func wheel(version string, members ...[2]string) apptest.Dist {
	d := apptest.Wheel("demo", version, "x")
	info := "demo-" + version + ".dist-info/"
	all := append(members, [2]string{info + "METADATA", d.Metadata}, [2]string{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"})
	var record strings.Builder
	for _, m := range all {
		sum := sha256.Sum256([]byte(m[1]))
		fmt.Fprintf(&record, "\"%s\",sha256=%s,%d\n", strings.ReplaceAll(m[0], `"`, `""`), base64.RawURLEncoding.EncodeToString(sum[:]), len(m[1]))
	}
	d.Body = apptest.Zip(append(all, [2]string{info + "RECORD", record.String() + info + "RECORD,,\n"}))
	return d
}

// TestHostileArchives: paths, texts and sizes that are made to hurt whoever looks.
func TestHostileArchives(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.upload(wheel("3.0", [2]string{"demo/<img src=x onerror=alert(1)>.py", "x = 1\n"}, [2]string{"demo/data.exe", "MZ\x00\x01"}, [2]string{"demo/__init__.py", "a = 1" + strings.Repeat(" ", 500) + "import evil # \u202e\n"}))
		at := evidence + "files/demo-3.0-py3-none-any.whl/"
		text := w.shows(at, "&lt;img src=x", "⟨500 spaces⟩", "⟨U&#43;202E⟩", "It is no text in UTF-8")
		if strings.Contains(text, "<img src=x") || strings.Contains(text, "\u202e") {
			t.Error("something of the archive is not escaped")
		}
		w.shows(at+"member/?path=demo/data.exe", "It is no text")
		w.report(index.Report{Name: "demo", Kind: index.ReportMalware, Text: "<b>is it safe?</b> No, not at all.", URL: "https://example.com/?a&b"})
		w.shows(evidence, "&lt;b&gt;is it safe?&lt;/b&gt;", "https://example.com/?a&amp;b")
	})
}

// TestManyMembers: a page about 100,000 members is still a page.
func TestManyMembers(t *testing.T) {
	w := &world{Server: apptest.Start(t), t: t, ctx: t.Context()}
	w.User("eve")
	w.mod = w.as("admin")
	var members [][2]string
	for i := range 60_000 {
		members = append(members, [2]string{fmt.Sprintf("demo/m%05d.py", i), ""})
	}
	w.upload(apptest.Wheel("demo", "1.0", "x"))
	w.upload(wheel("2.0", members...))
	begun := time.Now()
	text := w.shows(inside, "60003 members", "more.")
	if len(text) > 1<<20 {
		t.Errorf("the page has %d bytes", len(text))
	}
	t.Logf("the page took %s", time.Since(begun))
	if all := w.shows(inside + "members.txt"); strings.Count(all, "\n") != 60_003 {
		t.Errorf("%d lines", strings.Count(all, "\n"))
	}
}

// TestBytesThatAreGone: a purged file is a finding, not a fault.
func TestBytesThatAreGone(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		f, _, err := w.DB.FileByName(w.ctx, wheel2)
		if err == nil {
			err = w.Bucket.Delete(w.ctx, blob.Key(f.SHA256))
		}
		if err != nil {
			t.Fatal(err)
		}
		w.shows(inside, "The bytes of this file are not stored any more")
		if r := w.mod.Get(inside + "member/?path=demo/__init__.py"); r.StatusCode != http.StatusNotFound {
			t.Errorf("a member of it: %s", r.Status)
		}
	})
}
