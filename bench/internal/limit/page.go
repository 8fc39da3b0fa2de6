package limit

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// form is one of the four ways to send a page.
type form int

const (
	asHTML form = iota
	asJSON
	asHTMLGzip
	asJSONGzip
	forms
)

// formOf negotiates as far as installers need it.
func formOf(h http.Header) form {
	f := asHTML
	if strings.Contains(h.Get("Accept"), "application/vnd.pypi.simple.v1+json") {
		f = asJSON
	}
	if strings.Contains(h.Get("Accept-Encoding"), "gzip") {
		f += asHTMLGzip
	}
	return f
}

func (f form) gzipped() bool { return f >= asHTMLGzip }

func (f form) json() bool { return f == asJSON || f == asJSONGzip }

// suffix is the name of the form's file in a folder of pages.
func (f form) suffix() string {
	name := "index.html"
	if f.json() {
		name = "index.json"
	}
	if f.gzipped() {
		name += ".gz"
	}
	return name
}

// page is an answer ready to be sent.
type page struct {
	body   []byte
	etag   string
	header map[string][]string // shared by all answers: never changed
}

// newPage prepares the answer with body, which is in its final encoding.
func newPage(f form, body []byte, serial int64) *page {
	sum := sha256.Sum256(body)
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	p := &page{body: body, etag: etag, header: map[string][]string{
		"Content-Type":       {"text/html; charset=utf-8"},
		"Content-Length":     {strconv.Itoa(len(body))},
		"Etag":               {etag},
		"Vary":               {"Accept, Accept-Encoding"},
		"Cache-Control":      {"max-age=600, public"},
		"X-Pypi-Last-Serial": {strconv.FormatInt(serial, 10)},
	}}
	if f.json() {
		p.header["Content-Type"] = []string{"application/vnd.pypi.simple.v1+json"}
	}
	if f.gzipped() {
		p.header["Content-Encoding"] = []string{"gzip"}
	}
	return p
}

// ServeHTTP answers with the page, or 304.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, p.etag) {
		for _, key := range []string{"Etag", "Vary", "Cache-Control", "X-Pypi-Last-Serial"} {
			h[key] = p.header[key]
		}
		w.WriteHeader(http.StatusNotModified)
		return
	}
	for key, value := range p.header {
		h[key] = value
	}
	_, _ = w.Write(p.body) // the client has gone: nothing to do
}

// encode renders a page for the form.
func encode(f form, plain []byte) []byte {
	if !f.gzipped() {
		return plain
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(plain) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// file is one line of a project's page.
type file struct {
	name, version  string
	sha256, meta   string // hex; meta is the hash of METADATA, or empty
	requiresPython string
	size           int64
	uploaded       time.Time
}

func (f file) url() string {
	return "/packages/" + f.sha256[:2] + "/" + f.sha256[2:4] + "/" + f.sha256[4:] + "/" + f.name
}
