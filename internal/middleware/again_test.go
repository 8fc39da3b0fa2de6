package middleware

import (
	"bytes"
	"testing"

	"strongroom/internal/index"
)

// TestAgain: what is remembered is what would have been rendered, whatever came
// before, and what says more than a sentence is rendered each time.
func TestAgain(t *testing.T) {
	var m again
	base := answer{Type: "about:blank", Title: "Too many attempts", Status: 429, Code: index.CodeTooManyAttempts, Detail: "Wait 3 seconds.", Message: "Wait 3 seconds."}
	with := func(change func(*answer)) answer { a := base; change(&a); return a }
	answers := []answer{
		base,
		with(func(a *answer) { a.Detail, a.Message = "Wait 2 seconds.", "Wait 2 seconds." }),
		with(func(a *answer) { a.Code = index.CodeUnavailable }),
		with(func(a *answer) { a.Status = 503 }),
		with(func(a *answer) { a.URL = "https://example.org/" }),
		with(func(a *answer) { a.Errors = []index.Problem{{Code: index.CodeBanned, Detail: "One."}} }),
		with(func(a *answer) { a.Said = &index.Said{Standing: "quarantined"} }),
	}
	for _, accept := range []string{"text/html", "application/json", "text/plain", ""} {
		for i, a := range answers {
			for range 2 {
				kind, body := m.render(a, accept)
				wantKind, want := a.render(accept)
				if kind != wantKind || !bytes.Equal(body, want) {
					t.Errorf("answer %d as %q: %s %s, want %s %s", i, accept, kind, body, wantKind, want)
				}
			}
		}
	}
	_, first := m.render(base, "text/html")
	if _, second := m.render(base, "text/html"); &first[0] != &second[0] {
		t.Error("the same refusal was rendered twice")
	}
}
