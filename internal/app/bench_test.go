package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/middleware"
)

// nowhere is a writer that keeps nothing, so that the handler alone is measured.
type nowhere struct{ h http.Header }

func (n nowhere) Header() http.Header         { return n.h }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}

// BenchmarkReading is what the gate and a handler cost for a page and a file that are remembered, without the network.
func BenchmarkReading(b *testing.B) {
	s := apptest.Start(b)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
	gate, err := middleware.NewGate(s.Guard, s.Config.URL)
	if err != nil {
		b.Fatal(err)
	}
	handler := (&middleware.Site{Clock: s.Clock}).Wrap(middleware.Router(gate, s.Routes))
	page := s.Get("/simple/demo/", "Accept", "application/vnd.pypi.simple.v1+json")
	_, file, _ := strings.Cut(page.Text, `"url":"../..`)
	file, _, _ = strings.Cut(file, `"`)
	for name, path := range map[string]string{"page": "/simple/demo/", "file": file, "json": "/pypi/demo/json"} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Accept", "application/vnd.pypi.simple.v1+json")
			b.ReportAllocs()
			for b.Loop() {
				w := nowhere{http.Header{}}
				handler.ServeHTTP(w, r)
			}
		})
	}
}

// BenchmarkRefusedSignIn is what an attempt to sign in costs that the limits refuse, without the network.
func BenchmarkRefusedSignIn(b *testing.B) {
	s := apptest.Start(b)
	gate, err := middleware.NewGate(s.Guard, s.Config.URL)
	if err != nil {
		b.Fatal(err)
	}
	handler := (&middleware.Site{Clock: s.Clock}).Wrap(middleware.Router(gate, s.Routes))
	attempt := func() int {
		r := httptest.NewRequest(http.MethodPost, "/account/login/", strings.NewReader("username=user17&password=guess+number+17"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	for attempt() != http.StatusTooManyRequests { // until the limit of the address is used up
		continue
	}
	b.ReportAllocs()
	for b.Loop() {
		attempt()
	}
}
