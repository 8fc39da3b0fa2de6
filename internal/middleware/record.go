package middleware

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
)

// Record is the one record of a request: handlers fill it, the access log and
// the metrics read it. It is also the ResponseWriter that handlers get.
type Record struct {
	w       http.ResponseWriter
	Status  int
	Bytes   int64
	Remote  string     // the client's address, proxies that are trusted seen through
	Country string     // its country where a proxy knows it, else empty
	Route   string     // the pattern that matched
	Code    index.Code // of a refusal
	Actor   string     // username, once proven
	Secret  bool       // the address tells something about a secret: the log has the route in its place
	// Visitor is who is calling and At what the address is about; the gate fills
	// them in before the handler runs.
	Visitor *access.Visitor
	At      access.At
	// Reserved says that the answer is not for everybody: no cache that people
	// share may keep it, whatever the handler says of caching.
	Reserved bool
	cause    error  // what an error hides from the client
	again    *again // refusals that many hear
}

// Of finds the record behind a handler's ResponseWriter.
func Of(w http.ResponseWriter) *Record {
	if rec, ok := w.(*Record); ok {
		return rec
	}
	return &Record{w: w}
}

// Told notes, for the log, a refusal that a page tells itself.
func (rec *Record) Told(err error) {
	e := index.AsError(err)
	rec.Code, rec.cause = e.Code, e.Err
}

// Header implements http.ResponseWriter.
func (rec *Record) Header() http.Header { return rec.w.Header() }

// WriteHeader implements http.ResponseWriter.
func (rec *Record) WriteHeader(status int) {
	if status >= 200 && rec.Status == 0 {
		rec.begin(status)
	}
	rec.w.WriteHeader(status)
}

// begin notes the status of an answer whose header is about to be written.
// Programs may keep a reserved answer and must ask each time whether they still
// may read it, which costs them a 304.
func (rec *Record) begin(status int) {
	rec.Status = status
	if !rec.Reserved {
		return
	}
	h := rec.Header()
	if !strings.Contains(h.Get("Cache-Control"), "no-store") {
		h.Set("Cache-Control", "private, no-cache")
	}
	h["Vary"] = slices.Concat(h["Vary"], []string{"Authorization, Cookie"})
}

// Write implements http.ResponseWriter.
func (rec *Record) Write(b []byte) (int, error) {
	if rec.Status == 0 {
		rec.begin(http.StatusOK)
	}
	n, err := rec.w.Write(b)
	rec.Bytes += int64(n)
	return n, err
}

// ReadFrom keeps sendfile for file downloads.
func (rec *Record) ReadFrom(src io.Reader) (int64, error) {
	if rec.Status == 0 {
		rec.begin(http.StatusOK)
	}
	n, err := io.Copy(rec.w, src)
	rec.Bytes += n
	return n, err
}

// Unwrap lets http.ResponseController find the connection.
func (rec *Record) Unwrap() http.ResponseWriter { return rec.w }
