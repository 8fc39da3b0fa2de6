package middleware_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// TestHostileLogLines: no request forges a line or breaks the JSON (security-bar 2.6).
func TestHostileLogLines(t *testing.T) {
	paths := []string{
		"/a%0d%0a{\"level\":\"ERROR\"}", "/%00%01%1f%7f", "/%ff%fe%80", "/%22%5c%22,%22x%22:1", "/%e2%80%a8%e2%80%ae", "/%c3%bc", "/" + strings.Repeat("%0a", 300),
	}
	s := serve(t)
	for _, path := range paths {
		s.raw("GET " + path + " HTTP/1.1\nHost: x\nConnection: close\nUser-Agent: \"}\t\\u0000 \x80\xff{\n\n")
	}
	all := s.records()
	if len(all) != len(paths) {
		t.Fatalf("%d lines for %d requests", len(all), len(paths))
	}
	for i, rec := range all {
		if rec["status"] != 404.0 || rec["level"] != "INFO" || rec["method"] != "GET" || rec["code"] != "not-found" || rec["remote"] != "127.0.0.1" {
			t.Errorf("%s: %v", paths[i], rec)
		}
	}
	if all[3]["path"] != `/"\","x":1` || all[5]["path"] != "/ü" {
		t.Errorf("paths %q, %q", all[3]["path"], all[5]["path"])
	}
}

// TestP37NoSecretsInTheLog: tokens travel in headers and sometimes in queries; neither is written.
func TestP37NoSecretsInTheLog(t *testing.T) {
	const secret = "pypi-AgEIcHlwaS5vcmcCJDEyMzQ"
	s := serve(t, one("GET POST", "/u", func(w http.ResponseWriter, r *http.Request) error {
		middleware.Of(w).Actor = "alice"
		_, _ = io.Copy(io.Discard, r.Body)
		return index.Refuse(index.CodeInvalidToken, "Invalid API Token.")
	}))
	s.raw("POST /u?token=" + secret + "&password=hunter2 HTTP/1.1\nHost: " + secret + "\nConnection: close\nAuthorization: Bearer " + secret +
		"\nCookie: session=" + secret + "\nReferer: https://x/?t=" + secret + "\nX-Forwarded-For: " + secret + "\nContent-Length: 28\n\n" + secret)
	all := s.records()
	if len(all) != 1 || all[0]["actor"] != "alice" || all[0]["code"] != "invalid-token" || all[0]["path"] != "/u" {
		t.Errorf("%v", all)
	}
	if text := s.log.String(); strings.Contains(text, secret) || strings.Contains(text, "hunter2") {
		t.Errorf("the log tells a secret: %s", text)
	}
}

func TestLogFields(t *testing.T) {
	var out bytes.Buffer
	log := middleware.NewAccessLog(&out)
	r := httptest.NewRequest(http.MethodGet, "/simple/?x=y", nil)
	r.Header.Set("User-Agent", "pip/26.3")
	times := []time.Time{
		time.Date(2026, 5, 1, 14, 0, 0, 5_000, time.FixedZone("", 2*3600)),
		time.Date(2026, 5, 1, 12, 0, 0, 999_999_999, time.UTC),
		time.Date(2026, 5, 1, 12, 0, 1, 0, time.UTC),
	}
	for _, at := range times {
		log.Write(r, &middleware.Record{Status: 304, Bytes: 12, Remote: "::1"}, at, 1500*time.Microsecond)
	}
	log.Close()
	want := []string{"2026-05-01T12:00:00.000005Z", "2026-05-01T12:00:00.999999Z", "2026-05-01T12:00:01.000000Z"}
	for i, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		if line != `{"time":"`+want[i]+`","level":"INFO","msg":"request","method":"GET","path":"/simple/","status":304,"bytes":12,"us":1500,"remote":"::1","agent":"pip/26.3"}` {
			t.Errorf("line %d: %s", i, line)
		}
	}
}

// TestLogIsWrittenSoonAndWhole: a tenth of a second late at most, by many writers, with nothing lost at Close.
func TestLogIsWrittenSoonAndWhole(t *testing.T) {
	out := &lines{}
	log := middleware.NewAccessLog(out)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	log.Write(r, &middleware.Record{Status: 200}, time.Now(), 0)
	for end := time.Now().Add(20 * time.Second); out.String() == ""; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the line was never written")
		}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				log.Write(r, &middleware.Record{Status: 200}, time.Now(), 0)
			}
		})
	}
	all.Wait()
	log.Close()
	if n := strings.Count(out.String(), "\n"); n != 4001 {
		t.Errorf("%d lines, want 4001", n)
	}
}

func TestNoLog(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	var none *middleware.AccessLog
	none.Write(r, &middleware.Record{}, time.Now(), 0)
	quiet := middleware.NewAccessLog(nil)
	quiet.Write(r, &middleware.Record{}, time.Now(), 0)
	quiet.Close()
}

// FuzzAppendText: every text is one JSON string that reads back as it was, broken bytes aside.
func FuzzAppendText(f *testing.F) {
	f.Add("a\"b\\c\n\x00\x7f\xff\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		got := middleware.AppendText(text)
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back != strings.ToValidUTF8(text, "\ufffd") && strings.ToValidUTF8(back, "") != back {
			t.Errorf("%q became %s: %v", text, got, err)
		}
		if strings.ContainsAny(got, "\n\r\x00") {
			t.Errorf("%q is not one line: %q", text, got)
		}
	})
}

// FuzzErrorForm: every Accept header gets one of the four forms.
func FuzzErrorForm(f *testing.F) {
	for _, accept := range []string{"", "*/*", "application/json;q=0.9, text/plain;q=0.8", "text/html;q=0,*/*;q=0.0", ";;,,q=", "application/vnd.pypi.+json"} {
		f.Add(accept)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		switch form := middleware.ErrorForm(accept); form {
		case "problem", "json", "html", "text":
		default:
			t.Errorf("%q: %q", accept, form)
		}
	})
}
