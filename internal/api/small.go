package api

import (
	"crypto/sha256"
	_ "embed" // the icon is data
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Header values of the small endpoints. They are never changed.
var (
	textXML     = []string{"text/xml; charset=utf-8"}
	openSearch  = []string{"application/opensearchdescription+xml; charset=utf-8"}
	icon        = []string{"image/vnd.microsoft.icon"}
	maxAgeHour  = []string{"max-age=3600, public"}
	edgeHour    = []string{"max-age=3600, public, s-maxage=60"}
	maxAgeDay   = []string{"max-age=86400, public"}
	nothingElse = []string{"default-src 'none'"}
)

// document answers with a text made for this request. Its ETag is of the
// content, so a reader who has it is told so (SC-03).
func document(w http.ResponseWriter, r *http.Request, contentType, cacheControl []string, body []byte) error {
	sum := sha256.Sum256(body)
	etag := `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
	h := w.Header()
	h["Cache-Control"], h["Content-Security-Policy"], h["Etag"] = cacheControl, nothingElse, []string{etag}
	if have := r.Header["If-None-Match"]; len(have) > 0 && matches(joined(have), etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"], h["Content-Length"] = contentType, []string{strconv.Itoa(len(body))}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that went away needs no answer
	}
	return nil
}

// moved answers 301 to an address of this site made of known parts; what the
// client sent is in query at most, escaped.
func moved(w http.ResponseWriter, path string, query url.Values, fragment string) error {
	target := url.URL{Path: path, RawQuery: query.Encode(), Fragment: fragment}
	h := w.Header()
	h.Set("Location", target.String())
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusMovedPermanently)
	return nil
}

// legalXML drops the characters that no XML 1.0 document may hold.
func legalXML(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd, r >= 0x10000:
			return r
		}
		return -1
	}, s)
}

// robots keeps search engines to the pages for people (E-03).
func (a *API) robots(w http.ResponseWriter, r *http.Request) error {
	return document(w, r, textPlain, maxAgeDay, []byte(`User-agent: *
Disallow: /simple/
Disallow: /packages/
Disallow: /pypi/
Disallow: /legacy/
Disallow: /rss/
Disallow: /search/
Disallow: /account/
Disallow: /manage/
Disallow: /admin/
Disallow: /_
Sitemap: `+a.URL+`/sitemap.xml
`))
}

// openSearchDescription tells browsers how to search here (OpenSearch 1.1).
func (a *API) openSearchDescription(w http.ResponseWriter, r *http.Request) error {
	return document(w, r, openSearch, maxAgeDay, []byte(`<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>Strongroom</ShortName>
<Description>Search for Python packages</Description>
<InputEncoding>UTF-8</InputEncoding>
<Url type="text/html" template="`+escapeXML(a.URL)+`/search/?q={searchTerms}"/>
</OpenSearchDescription>
`))
}

// iconFile is a padlock of 16 and 32 pixels, drawn for this project.
//
//go:embed favicon.ico
var iconFile []byte

func favicon(w http.ResponseWriter, r *http.Request) error {
	return document(w, r, icon, maxAgeDay, iconFile)
}
