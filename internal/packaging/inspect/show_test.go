package inspect_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/packaging/inspect"
)

// TestShow gives back the bytes of members that are asked for, and no more than
// one may see of them.
func TestShow(t *testing.T) {
	for _, d := range []apptest.Dist{apptest.Wheel("demo", "1.0", "print('hello')"), apptest.Sdist("demo", "1.0", "print('hello')")} {
		q := request(d.Filename, "hello")
		all := look(t, d.Body, q).Contents.Members
		path := ""
		for _, m := range all {
			if strings.HasSuffix(m.Path, "__init__.py") || strings.HasSuffix(m.Path, "payload.txt") {
				path = m.Path
			}
		}
		q.Show = []string{path, "no/such/member", path}
		r := look(t, d.Body, q)
		if len(r.Shown) != 1 || r.Shown[0].Path != path || !bytes.Contains(r.Shown[0].Bytes, []byte("hello")) || !r.Shown[0].Whole || len(r.Hits) != 1 {
			t.Errorf("%s: %+v, hits %v", d.Filename, r.Shown, r.Hits)
		}
		if r.Contents.Members == nil || len(r.Refusals) != 0 {
			t.Errorf("%s: %+v", d.Filename, r)
		}
	}
}

// TestShowIsBounded: a member that is too large is cut, and says so.
func TestShowIsBounded(t *testing.T) {
	for size, whole := range map[int]bool{inspect.ShowMost - 1000: true, inspect.ShowMost + 1: false, 3 << 20: false} {
		wheel := apptest.Wheel("demo", "1.0", strings.Repeat("x", size))
		q := request(wheel.Filename)
		q.Show = []string{"demo/__init__.py"}
		r := look(t, wheel.Body, q)
		if len(r.Shown) != 1 || r.Shown[0].Whole != whole || len(r.Shown[0].Bytes) > inspect.ShowMost {
			t.Fatalf("%d bytes: %d shown", size, len(r.Shown[0].Bytes))
		}
	}
}

// TestShowCrosses: the bytes come out of the sandbox as they went in, whatever
// they are.
func TestShowCrosses(t *testing.T) {
	text := "\x00\xff\u202e<b>\r\n"
	body := apptest.Zip([][2]string{{"demo/__init__.py", text}})
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	q := request("demo-1.0-py3-none-any.whl")
	q.Show = []string{"demo/__init__.py"}
	reply, err := inspect.Handle(q.Encode(), f)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := inspect.DecodeReport(reply); err != nil || len(r.Shown) != 1 || string(r.Shown[0].Bytes) != text || len(r.Refusals) == 0 {
		t.Errorf("%+v, %v", r, err)
	}
}
