// Package phrase lets a handler of net/http choose the reason phrase of its
// HTTP/1.1 answer, the only text that pip and twine show of an error (X-3,
// UE-02, UE-06). net/http always writes the standard one and has no hook, so
// the connections are wrapped: the first bytes of an answer pass through the
// wrapper's Write, which puts the chosen phrase into the status line. Nothing
// else of the answer changes; keep-alive, pipelining, Expect: 100-continue,
// TLS, sendfile and Shutdown work as ever.
//
//	srv := &http.Server{Handler: h}
//	phrase.Attach(srv)
//	srv.Serve(phrase.Listen(l))
//
//	phrase.Set(r.Context(), "Quarantined: suspected malware since 2026-05-01")
//	w.WriteHeader(http.StatusForbidden)
//
// HTTP/2 has no reason phrase; there Set does nothing.
package phrase

import (
	"context"
	"net"
	"net/http"
)

// maxBytes is the longest phrase.
const maxBytes = 255

// contextKey finds the connection in the context of a request.
type contextKey struct{}

// Attach makes srv tell this package about its connections. It must be called
// before Serve, and after ConnContext and ConnState were set, which stay in use.
func Attach(srv *http.Server) {
	connContext, connState := srv.ConnContext, srv.ConnState
	srv.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if connContext != nil {
			ctx = connContext(ctx, c)
		}
		if p, ok := c.(phraser); ok {
			ctx = context.WithValue(ctx, contextKey{}, p.status())
		}
		return ctx
	}
	srv.ConnState = func(c net.Conn, state http.ConnState) {
		if p, ok := c.(phraser); ok && state == http.StateIdle {
			p.status().next()
		}
		if connState != nil {
			connState(c, state)
		}
	}
}

// Set makes text, cleaned by [Clean], the reason phrase of the answer to the
// request that ctx belongs to. It must be called before the header is written;
// the last call counts, and an empty text gives the standard phrase back. It
// does nothing when the header is on its way already, on HTTP/2, and on a
// server without [Attach] and [Listen].
func Set(ctx context.Context, text string) {
	if s, ok := ctx.Value(contextKey{}).(*status); ok {
		text = Clean(text)
		s.set(func(h *head) { h.phrase = text })
	}
}

// Fields puts prepared header lines, each ended by CRLF, behind the status line
// of the answer to the request that ctx belongs to. They cost one copy, where
// as many entries in http.Header are hashed, cloned and sorted: a third of the
// work of answering from memory. It reports false, and does nothing, where they
// cannot be put: on HTTP/2, on a server without [Attach] and [Listen], and when
// the header is on its way; then the caller must set the same fields the usual
// way. The lines must be well formed and must not repeat fields of http.Header.
func Fields(ctx context.Context, shared, own []byte) bool {
	s, ok := ctx.Value(contextKey{}).(*status)
	return ok && s.set(func(h *head) { h.fields = [2][]byte{shared, own} })
}

// Clean returns text as it may stand in a status line: carriage returns
// and line feeds are removed, any other character outside of printable ASCII
// becomes a question mark, and what exceeds 255 bytes is cut off.
func Clean(text string) string {
	clean := make([]byte, 0, min(len(text), maxBytes))
	for _, r := range text {
		switch {
		case len(clean) == maxBytes:
			return string(clean)
		case r == '\r' || r == '\n':
		case r < 0x20 || r > 0x7E:
			clean = append(clean, '?')
		default:
			clean = append(clean, byte(r))
		}
	}
	return string(clean)
}
