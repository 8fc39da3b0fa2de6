package api

import (
	"errors"
	"fmt"
	"net/http"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/password"
	"strongroom/internal/ratelimit"
)

// rangePrivate lets only the asking browser keep a range: a shared cache would
// gather what people ask.
var rangePrivate = []string{"private, max-age=86400"}

// passwordRange lists the SHA-1 suffixes of breached passwords behind five
// digits (PW-5), so that a page can say while typing that a password is known,
// and nobody else hears that somebody types one. It sets no cookie, and the
// prefix stays out of the log (PW-4).
func (a *API) passwordRange(w http.ResponseWriter, r *http.Request) error {
	middleware.Of(w).Secret = true
	verdict := a.Limiter.Allow(r.Context(), ratelimit.PasswordRanges, ratelimit.Address(middleware.Of(w).Remote))
	h := w.Header()
	h.Set("RateLimit-Policy", verdict.Policy())
	h.Set("RateLimit", verdict.State())
	if !verdict.OK {
		return tooManyRequests(verdict)
	}
	lines, err := a.Breach.Range(r.Context(), r.PathValue("prefix"))
	switch {
	case errors.Is(err, password.ErrPrefix):
		return index.Refuse(index.CodeNotFound, "A range is named by exactly five hexadecimal digits.")
	case errors.Is(err, password.ErrNoRange):
		return index.Refuse(index.CodeNotFound, "This index offers no ranges of breached passwords.")
	case err != nil:
		return unavailable("The list of breached passwords does not answer.", err)
	}
	return document(w, r, textPlain, rangePrivate, lines)
}

// tooManyRequests is the refusal of what a limit does not allow.
func tooManyRequests(v ratelimit.Verdict) error {
	return &index.Error{
		Code: index.CodeTooManyRequests, Retry: v.RetryAfter(),
		Detail: fmt.Sprintf("More than %d requests within %s; try again in %d seconds.", v.Limit.N, v.Limit.Per, v.RetryAfter()),
	}
}
