package pages

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestSC03Representations: each coding has its own strong ETag, its exact length, and reads back as the page.
func TestSC03Representations(t *testing.T) {
	body := []byte(strings.Repeat("a page of text ", 100))
	p := newPage(body, 7)
	seen := map[string]bool{}
	for e := Identity; e < encodings; e++ {
		r := p.In(e)
		tag := r.ETag[0]
		if seen[tag] || !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) {
			t.Errorf("%v: ETag %s is weak or not its own", e, tag)
		}
		seen[tag] = true
		if r.ContentLength[0] != strconv.Itoa(len(r.Body)) || r.Serial[0] != "7" {
			t.Errorf("%v: length %s, serial %s", e, r.ContentLength[0], r.Serial[0])
		}
		if (r.Encoding == nil) != (e == Identity) || e != Identity && r.Encoding[0] != e.String() {
			t.Errorf("%v: Content-Encoding %v", e, r.Encoding)
		}
		for _, line := range []string{"ETag: " + tag + "\r\n", "X-PyPI-Last-Serial: 7\r\n"} {
			if !strings.Contains(string(r.Lines), line) {
				t.Errorf("%v: %q lacks %q", e, r.Lines, line)
			}
		}
		if p.In(e) != r {
			t.Errorf("%v: made twice", e)
		}
	}
	if got := gunzip(t, p.In(Gzip).Body); !bytes.Equal(got, body) {
		t.Error("gzip reads back otherwise")
	}
	z, err := zstd.NewReader(bytes.NewReader(p.In(Zstd).Body))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, body) {
		t.Errorf("zstd reads back otherwise: %v", err)
	}
}

// TestSmallPagesStayAsTheyAre in every coding.
func TestSmallPagesStayAsTheyAre(t *testing.T) {
	p := newPage([]byte("small"), 1)
	if p.In(Gzip) != p.In(Identity) || p.In(Zstd).Encoding != nil {
		t.Error("a small page was compressed")
	}
}

// TestTUF1SameTextSameBytes: two nodes compress alike, and the ETag is of the text alone.
func TestTUF1SameTextSameBytes(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), 1000)
	a, b := newPage(body, 1), newPage(bytes.Clone(body), 1)
	for e := Identity; e < encodings; e++ {
		if x, y := a.In(e), b.In(e); !bytes.Equal(x.Body, y.Body) || x.ETag[0] != y.ETag[0] {
			t.Errorf("%v differs", e)
		}
	}
	if c := newPage(append(body, 'x'), 1); c.ETagBase == a.ETagBase {
		t.Error("other text, same ETag")
	}
}

// TestF13EscapePath keeps a plus sign and escapes what an address cannot hold.
func TestF13EscapePath(t *testing.T) {
	for path, want := range map[string]string{
		"packages/a/b-1.0+cu1.whl": "packages/a/b-1.0+cu1.whl",
		"a/b c?d#e%":               "a/b%20c%3Fd%23e%25",
		"a/ü!":                     "a/%C3%BC%21",
	} {
		if got := escapePath(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
