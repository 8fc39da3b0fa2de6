package middleware_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// says answers with a text, and with the route that matched.
func says(text string) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, text+" "+r.PathValue("x")+" "+middleware.Of(w).Route)
		return err
	}
}

// openGate is a gate for routes that are open to anybody, and are answered always: it has no database to ask.
func openGate() *middleware.Gate {
	gate, err := middleware.NewGate(&access.Guard{}, "https://index.example")
	if err != nil {
		panic(err)
	}
	return gate
}

func router() http.Handler {
	h := middleware.Router(openGate(),
		[]middleware.Route{{Methods: "GET", Path: "/a/{x}", Right: access.Open, Always: true, Handler: says("get")}, {Methods: "POST PUT", Path: "/a/{x}", Right: access.Open, Always: true, Handler: says("post")}},
		[]middleware.Route{{Methods: "DELETE", Path: "/b", Right: access.Open, Always: true, Handler: says("delete")}, {Methods: "GET OPTIONS", Path: "/c/{$}", Right: access.Open, Always: true, Handler: says("root")}})
	return (&middleware.Site{}).Wrap(h)
}

// TestSI06Router: 404 for what is nowhere, 405 with Allow for what is there in another way, HEAD wherever GET is.
func TestSI06Router(t *testing.T) {
	for _, row := range []struct {
		method, path string
		status       int
		allow, body  string
	}{
		{"GET", "/a/1", 200, "", "get 1 /a/{x}"},
		{"HEAD", "/a/1", 200, "", "get 1 /a/{x}"}, // net/http drops the body
		{"POST", "/a/1", 200, "", "post 1 /a/{x}"},
		{"PUT", "/a/x%20y", 200, "", "post x y /a/{x}"},
		{"PUT", "/a/%2F", 404, "", "not-found"},
		{"DELETE", "/a/1", 405, "GET, HEAD, POST, PUT", "method-not-allowed"},
		{"OPTIONS", "/a/1", 405, "GET, HEAD, POST, PUT", "method-not-allowed"},
		{"GET", "/b", 405, "DELETE", "DELETE is possible"},
		{"BREW", "/c/", 405, "GET, HEAD, OPTIONS", "BREW is not possible here"},
		{"OPTIONS", "/c/", 200, "", "root"},
		{"GET", "/c/more", 404, "", "not-found"},
		{"GET", "/a/", 404, "", "not-found"},
		{"POST", "/nowhere", 404, "", "not-found"},
		{"GET", "/a/1/2", 404, "", "not-found"},
	} {
		w := httptest.NewRecorder()
		router().ServeHTTP(w, httptest.NewRequest(row.method, row.path, nil))
		if w.Code != row.status || w.Header().Get("Allow") != row.allow {
			t.Errorf("%s %s: %d, Allow %q; want %d, %q", row.method, row.path, w.Code, w.Header().Get("Allow"), row.status, row.allow)
		}
		if want := strings.Replace(row.body, "DELETE is possible", "possible: DELETE", 1); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s %s: %s; want %q", row.method, row.path, w.Body, want)
		}
	}
}

// TestRedirectStaysHere: whatever path a client sends, the answer names no other host (security-bar 2.6).
func TestRedirectStaysHere(t *testing.T) {
	for path, want := range map[string]string{
		"/simple/":            "/simple/?a=b",
		"//evil.example/x":    "/evil.example/x?a=b",
		`/\evil.example`:      "/evil.example?a=b",
		`\\evil.example`:      "/evil.example?a=b",
		"/a b\r\nX: y":        "/a%20b%0D%0AX:%20y?a=b",
		"http://evil/":        "/http://evil/?a=b",
		"":                    "/?a=b",
		"/päckchen/?x#y":      "/p%C3%A4ckchen/%3Fx%23y?a=b",
		"/simple/demo/%2e%2e": "/simple/demo/%252e%252e?a=b",
	} {
		w := httptest.NewRecorder()
		middleware.Redirect(w, httptest.NewRequest("GET", "/?a=b", nil), path, http.StatusMovedPermanently)
		if got := w.Header().Get("Location"); got != want || w.Code != http.StatusMovedPermanently {
			t.Errorf("%q: %d to %q, want %q", path, w.Code, got, want)
		}
	}
}

// TestStatusOfKinds: each kind of refusal has a status of its own, and none is a success.
func TestStatusOfKinds(t *testing.T) {
	seen := map[int]index.Kind{}
	for kind := index.Internal; kind <= index.StorageFull; kind++ {
		status := middleware.Status(kind)
		if other, taken := seen[status]; taken || status < 400 {
			t.Errorf("kind %d has the status %d of kind %d", kind, status, other)
		}
		seen[status] = kind
	}
	if middleware.Status(index.StorageFull+1) != 500 {
		t.Error("an unknown kind is a fault of ours")
	}
	if middleware.Status(index.Unauthenticated) != 401 {
		t.Error("CH-01")
	}
}

// TestOf finds the record behind a writer, and makes do without one.
func TestOf(t *testing.T) {
	w := httptest.NewRecorder()
	rec := middleware.Of(w)
	if middleware.Of(rec) != rec {
		t.Error("a record is not found behind itself")
	}
	hinted := middleware.Of(httptest.NewRecorder())
	if hinted.WriteHeader(http.StatusEarlyHints); hinted.Status != 0 {
		t.Error("1xx is no answer")
	}
	if _, err := rec.ReadFrom(strings.NewReader("abc")); err != nil || rec.Bytes != 3 || rec.Status != 200 || w.Body.String() != "abc" {
		t.Errorf("%+v, %v", rec, err)
	}
	if rec.Unwrap() != http.ResponseWriter(w) {
		t.Error("Unwrap")
	}
}
