package middleware_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// refusal answers a request with this Accept header with a refusal.
func refusal(accept string, err error) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	middleware.WriteError(w, r, err)
	return w
}

// which form a client gets. The real clients' headers are as they send them.
func TestErrorForm(t *testing.T) {
	const problem, plain, text, html = "application/problem+json", "application/json", "text/plain; charset=utf-8", "text/html; charset=utf-8"
	for accept, want := range map[string]string{
		"":                                    problem,
		"*/*":                                 problem, // twine, Poetry, pip for files
		"application/problem+json":            problem,
		"application/json":                    plain,
		"application/json;q=0.5":              plain,
		"APPLICATION/JSON":                    plain,
		"application/json, */*;q=0.1":         problem,
		"application/json;q=0, text/plain":    text,
		"text/plain":                          text,
		"image/png":                           text,
		"application/vnd.pypi.simple.v1+json": problem,
		"application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01": problem, // pip
		"application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7":                                          problem, // uv publish
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8":                                    html,    // browsers
		"text/html": html,
	} {
		w := refusal(accept, index.Refuse(index.CodeFileExists, "File already exists: %q <&>.", "é.whl"))
		if got := w.Header().Get("Content-Type"); got != want {
			t.Errorf("Accept %q: got %s, want %s", accept, got, want)
		}
		if w.Code != http.StatusBadRequest || w.Header().Get("Vary") != "Accept" {
			t.Errorf("Accept %q: status %d, Vary %q", accept, w.Code, w.Header().Get("Vary"))
		}
	}
}

// both JSON forms have the same members, the code is stable, and at least one problem is listed.
func TestErrorMembers(t *testing.T) {
	two := &index.Error{Code: index.CodeInvalidMetadata, Detail: "First.", Problems: []index.Problem{
		{Code: index.CodeInvalidMetadata, Detail: "First."}, {Code: index.CodeInvalidDigest, Detail: "Second."},
	}}
	one := index.Refuse(index.CodeInvalidMetadata, "First.")
	for _, accept := range []string{"*/*", "application/json"} {
		for problems, err := range map[int]error{1: one, 2: two} {
			var got struct {
				Type, Title, Detail, Message string
				Status                       int
				Code                         index.Code
				Errors                       []index.Problem
			}
			w := refusal(accept, err)
			if e := json.Unmarshal(w.Body.Bytes(), &got); e != nil {
				t.Fatalf("%v: %s", e, w.Body)
			}
			if got.Type != "about:blank" || got.Title != "Invalid metadata" || got.Status != 400 || got.Code != "invalid-metadata" {
				t.Errorf("Accept %s: %s", accept, w.Body)
			}
			if got.Detail != "First." || got.Message != "First." || len(got.Errors) != problems || got.Errors[0].Detail != "First." {
				t.Errorf("Accept %s: %s", accept, w.Body)
			}
		}
	}
}

// the sentence is the same in every form.
func TestErrorSaysTheSameEverywhere(t *testing.T) {
	const sentence = "The name demo is not allowed; choose another."
	for _, accept := range []string{"*/*", "application/json", "text/plain", "text/html"} {
		if w := refusal(accept, index.Refuse(index.CodeNameProhibited, sentence)); !strings.Contains(w.Body.String(), sentence) {
			t.Errorf("Accept %s: %s", accept, w.Body)
		}
	}
}

// What a fault was is for the log alone.
func TestErrorHidesCauses(t *testing.T) {
	w := refusal("*/*", http.ErrHijacked)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "hijack") {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
}
