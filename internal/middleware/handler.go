package middleware

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"strongroom/internal/index"
)

// Handler answers a request or returns why not; it must not have written
// anything when it returns an error.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Site is what the wrapping of all handlers depends on.
type Site struct {
	Log     *AccessLog
	Proxies Proxies
	Country string // the header in which proxies tell it; empty: none
	HTTPS   bool   // the public address is https
	Observe func(rec *Record, elapsed time.Duration)
	Clock   func() time.Time

	again again
}

// Wrap makes the handler of the whole server: it records each request once,
// stops panics, and gives every answer its common headers. An answer that
// failed half-way is cut off, so that nobody takes the half for the whole.
func (s *Site) Wrap(next Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &Record{w: w, again: &s.again}
		start := time.Now()
		rec.Remote, rec.Country = s.Proxies.Client(r), s.Proxies.Country(r, s.Country)
		s.commonHeaders(w.Header())
		whole := s.serve(rec, r, next)
		elapsed := time.Since(start)
		s.Log.Write(r, rec, start, elapsed)
		if s.Observe != nil {
			s.Observe(rec, elapsed)
		}
		if !whole {
			panic(http.ErrAbortHandler)
		}
	})
}

// serve reports false for an answer that ended half-way.
func (s *Site) serve(rec *Record, r *http.Request, next Handler) (whole bool) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v != http.ErrAbortHandler {
			rec.cause = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
		if whole = v != http.ErrAbortHandler && rec.Status == 0; whole {
			WriteError(rec, r, &index.Error{Code: index.CodeInternal, Detail: index.AsError(nil).Detail, Err: rec.cause})
		}
	}()
	if err := next(rec, r); err != nil {
		WriteError(rec, r, err)
	}
	if rec.Status == 0 {
		rec.Status = http.StatusOK // what net/http makes of a handler that wrote nothing
	}
	return true
}

func (s *Site) commonHeaders(h http.Header) {
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = referrer
	h["Content-Security-Policy"] = nothing
	h["X-Frame-Options"] = unframed
	h["Permissions-Policy"] = unpowered
	h["Cross-Origin-Opener-Policy"] = alone
	if s.HTTPS {
		h["Strict-Transport-Security"] = hsts
	}
}

// Header values that every answer shares. They are never changed. What needs
// more than nothing says so itself (security-bar 2.6).
var (
	nothing   = []string{"default-src 'none'; frame-ancestors 'none'"}
	unframed  = []string{"DENY"}
	unpowered = []string{"camera=(), geolocation=(), microphone=()"}
	alone     = []string{"same-origin"}
	nosniff   = []string{"nosniff"}
	referrer  = []string{"origin-when-cross-origin"}
	hsts      = []string{"max-age=31536000; includeSubDomains"}
)
