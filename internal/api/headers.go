package api

import (
	"bytes"
	"net/http"
	"strings"
	"sync"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/pages"
	"strongroom/internal/phrase"
)

// Header values that answers share. They are never changed.
var (
	textPlain  = []string{"text/plain; charset=utf-8"}
	noStore    = []string{"no-store"}
	anyOrigin  = []string{"*"}
	corsHeader = []string{"Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since"}
	corsMethod = []string{"GET"}
	corsAge    = []string{"86400"}
	corsExpose = []string{"X-PyPI-Last-Serial"}
	simpleCSP  = []string{"sandbox allow-top-navigation; default-src 'none'"}
	maxAge600  = []string{"max-age=600, public"}
	edge600    = []string{"max-age=600, public, s-maxage=60"}
	maxAge900  = []string{"max-age=900, public"}
	edge900    = []string{"max-age=900, public, s-maxage=60"}
	varyBoth   = []string{"Accept, Accept-Encoding"}
	varyCoding = []string{"Accept-Encoding"}
)

// openToAll lets pages of other sites read the answer (SC-04).
func openToAll(h http.Header) {
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Access-Control-Allow-Headers"] = corsHeader
	h["Access-Control-Allow-Methods"] = corsMethod
	h["Access-Control-Max-Age"] = corsAge
	h["Access-Control-Expose-Headers"] = corsExpose
}

// fixed is the header fields that every answer of a surface has, both ways: as
// entries, and as lines that are copied (phrase.Fields).
type fixed struct {
	entries http.Header
	lines   []byte
}

// fix makes a fixed of entries, which must not change afterwards.
func fix(entries http.Header) fixed {
	var b bytes.Buffer
	if err := entries.Write(&b); err != nil { // into memory
		panic(err)
	}
	return fixed{entries, b.Bytes()}
}

// put sets the fixed fields and those of the representation.
func (f fixed) put(w http.ResponseWriter, r *http.Request, rep *pages.Representation) {
	if !middleware.Of(w).Reserved && phrase.Fields(r.Context(), f.lines, rep.Lines) {
		return
	}
	h := w.Header()
	for name, values := range f.entries {
		h[name] = values
	}
	h["ETag"], h["X-PyPI-Last-Serial"] = rep.ETag, rep.Serial
	if rep.Encoding != nil {
		h["Content-Encoding"] = rep.Encoding
	}
	if rep.Surrogate != nil {
		h["Surrogate-Key"] = rep.Surrogate
	}
}

// The fixed fields of the Simple API and of the legacy JSON API: where caches in
// front are told of changes, and where they must ask again after a minute.
var (
	simplePurged = sync.OnceValue(func() fixed { return simpleWith(maxAge600) })
	simpleEdge   = sync.OnceValue(func() fixed { return simpleWith(edge600) })
	jsonPurged   = sync.OnceValue(func() fixed { return jsonWith(maxAge900) })
	jsonEdge     = sync.OnceValue(func() fixed { return jsonWith(edge900) })
)

func simpleWith(age []string) fixed {
	return fix(withCORS(http.Header{"Cache-Control": age, "Vary": varyBoth, "Content-Security-Policy": simpleCSP}))
}

func jsonWith(age []string) fixed {
	return fix(withCORS(http.Header{"Cache-Control": age, "Vary": varyCoding}))
}

func (a *API) simpleFixed() fixed {
	if a.Purged {
		return simplePurged()
	}
	return simpleEdge()
}

func (a *API) jsonFixed() fixed {
	if a.Purged {
		return jsonPurged()
	}
	return jsonEdge()
}

func withCORS(h http.Header) http.Header {
	openToAll(h)
	return h
}

// encodingFor picks the coding of an answer; quality values other than zero
// all count the same, as every client means them.
func encodingFor(accept string) pages.Encoding {
	if accept == "" || accept == "identity" {
		return pages.Identity
	}
	best := pages.Identity
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(part, ";")
		if refused(params) {
			continue
		}
		switch strings.TrimSpace(name) {
		case "zstd":
			return pages.Zstd
		case "gzip", "x-gzip", "*":
			best = pages.Gzip
		}
	}
	return best
}

// refused reports whether the parameters hold a quality of zero.
func refused(params string) bool {
	if params == "" {
		return false
	}
	q, ok := strings.CutPrefix(strings.TrimSpace(params), "q=")
	return ok && strings.Trim(q, "0.") == "" && strings.HasPrefix(q, "0")
}

// matches reports whether an If-None-Match header names the ETag.
func matches(header, etag string) bool {
	if header == etag || header == "*" {
		return true
	}
	if !strings.Contains(header, ",") && !strings.HasPrefix(header, "W/") {
		return false
	}
	for part := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(part), "W/") == etag {
			return true
		}
	}
	return false
}

// redirectTo answers 301 to a fixed path, with the query kept.
func redirectTo(path string) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		middleware.Redirect(w, r, path, http.StatusMovedPermanently)
		return nil
	}
}

func unavailable(detail string, cause error) error {
	return &index.Error{Code: index.CodeUnavailable, Detail: detail, Retry: 5, Err: cause}
}
