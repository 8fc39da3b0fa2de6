package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
	"strongroom/internal/ratelimit"
)

// faultOf posts a call to a and gives the fault that came back.
func faultOf(t *testing.T, ctx context.Context, a *API, method, param string) string {
	t.Helper()
	text := "<methodCall><methodName>" + method + "</methodName><params>" + param + "</params></methodCall>"
	w := httptest.NewRecorder()
	if err := a.xmlrpc(w, httptest.NewRequest(http.MethodPost, "/RPC2", strings.NewReader(text)).WithContext(ctx)); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<fault>") {
		t.Fatalf("%s: %d %s", method, w.Code, w.Body)
	}
	return w.Body.String()
}

// TestFaultsOfTheServer: what is not the caller's mistake. Only the log hears
// the cause.
func TestFaultsOfTheServer(t *testing.T) {
	var log bytes.Buffer
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	a := &API{DB: db, Limiter: &ratelimit.Limiter{DB: db, Clock: time.Now}, Log: slog.New(slog.NewTextHandler(&log, nil))}
	const django = "<param><value><array><data><value>Framework :: Django</value></data></array></value></param>"
	a.rpc.browsing.Lock()
	if got := faultOf(t, t.Context(), a, "browse", django); !strings.Contains(got, "-32403") || !strings.Contains(got, "try again") {
		t.Errorf("while another browses: %s", got)
	}
	a.rpc.browsing.Unlock()
	ended, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if got := faultOf(t, ended, a, "browse", django); !strings.Contains(got, "-32403") || !strings.Contains(got, "longer than") {
		t.Errorf("after its time: %s", got)
	}
	if log.Len() > 0 {
		t.Errorf("logged: %s", log.String())
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := faultOf(t, t.Context(), a, "changelog_last_serial", ""); !strings.Contains(got, "-32603") || strings.Contains(got, "closed") {
		t.Errorf("without a database: %s", got)
	}
	if !strings.Contains(log.String(), "closed") {
		t.Errorf("the log does not say why: %q", log.String())
	}
}

// TestABodyThatEndedIsAnErrorOfHTTP, and keeps its own code when it has one.
func TestABodyThatEndedIsAnErrorOfHTTP(t *testing.T) {
	for _, c := range []struct {
		err  error
		want index.Code
	}{
		{io.ErrUnexpectedEOF, index.CodeInvalidForm},
		{fmt.Errorf("read: %w", index.Refuse(index.CodeSlowRequest, "Too slow.")), index.CodeSlowRequest},
	} {
		r := httptest.NewRequest(http.MethodPost, "/RPC2", failing{c.err})
		if err := new(API).xmlrpc(httptest.NewRecorder(), r); !index.HasCode(err, c.want) {
			t.Errorf("%v: %v, want %s", c.err, err, c.want)
		}
	}
}

// failing is a body that breaks off.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestMethodTable: each row either runs or says what to use instead.
func TestMethodTable(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range rpcMethods() {
		live := m.run != nil && m.accepts != nil && strings.HasPrefix(m.usage, m.name+"(") && m.retired == ""
		gone := m.run == nil && strings.Contains(m.retired, "%s/")
		if live == gone || seen[m.name] {
			t.Errorf("bad row %+v", m)
		}
		seen[m.name] = true
	}
	if len(seen) != 16 {
		t.Errorf("%d methods, PyPI has or had 16", len(seen))
	}
	var fault *rpcFault
	if err := error(faultf(rpcNoMethod, "no")); !errors.As(err, &fault) || err.Error() != "fault -32601: no" {
		t.Errorf("a fault reads %v", err)
	}
}
