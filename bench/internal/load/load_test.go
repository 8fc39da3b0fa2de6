package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func serve(t *testing.T, h http.HandlerFunc) netip.AddrPort {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return netip.MustParseAddrPort(s.Listener.Addr().String())
}

func TestRunCountsEveryAnswer(t *testing.T) {
	var seen atomic.Int64
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		fmt.Fprint(w, strings.Repeat("x", len(r.URL.Path)))
	})
	p := Plan{Addr: addr, Conns: 4, Count: 501, Requests: []Request{Get("h", "/a", 200), Get("h", "/abc", 200)}}
	got, err := Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if got.Requests != 501 || seen.Load() != 501 || len(got.Latency) != 501 {
		t.Errorf("requests %d, seen %d, latencies %d, want 501", got.Requests, seen.Load(), len(got.Latency))
	}
	if want := int64(251*2 + 250*4); got.Bytes != want {
		t.Errorf("bytes %d, want %d", got.Bytes, want)
	}
	if got.Quantile(0.5) <= 0 || got.Quantile(0.99) < got.Quantile(0.5) || got.Rate() <= 0 {
		t.Errorf("impossible latencies: p50 %s, p99 %s", got.Quantile(0.5), got.Quantile(0.99))
	}
}

func TestRunStopsByTime(t *testing.T) {
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	got, err := Run(context.Background(), Plan{Addr: addr, Conns: 2, For: 50 * time.Millisecond, Requests: []Request{Get("h", "/", 200)}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Requests == 0 || got.Elapsed < 40*time.Millisecond || got.Elapsed > 5*time.Second {
		t.Errorf("%d requests in %s", got.Requests, got.Elapsed)
	}
}

func TestRunSendsWholeBodies(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), 2<<20) // more than any socket buffer
	var received atomic.Int64
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond)
		n, _ := io.Copy(io.Discard, r.Body)
		received.Add(n)
	})
	got, err := Run(context.Background(), Plan{Addr: addr, Conns: 2, Count: 3, Requests: []Request{Post("h", "/", "text/plain", body)}})
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(3 * len(body)); received.Load() != want || got.Sent != want {
		t.Errorf("received %d, sent %d, want %d", received.Load(), got.Sent, want)
	}
}

func TestRunRefusesUnexpectedAnswers(t *testing.T) {
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/missing" {
			http.Error(w, "no such page", http.StatusNotFound)
		}
		fmt.Fprint(w, "four")
	})
	long := Get("h", "/", 200)
	long.Length = 5
	for want, r := range map[string]Request{
		"GET /missing HTTP/1.1: status 404, want 200: no such page": Get("h", "/missing", 200),
		"body of 4 bytes, want 5":                                   long,
	} {
		_, err := Run(context.Background(), Plan{Addr: addr, Conns: 1, Count: 1, Requests: []Request{r}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestRunReconnects(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"announced":   func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Connection", "close") },
		"unannounced": hangUp,
	} {
		got, err := Run(context.Background(), Plan{Addr: serve(t, h), Conns: 2, Count: 20, Requests: []Request{Get("h", "/", 200)}})
		if err != nil || got.Requests != 20 {
			t.Errorf("%s: %d requests, %v", name, got.Requests, err)
		}
	}
}

// hangUp answers and closes without saying so.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	c, buf, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	fmt.Fprint(buf, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	_ = buf.Flush()
	_ = c.Close()
}

// TestRunKeepsPace: requests go out by the clock though their answers take long,
// each answer is counted by its status, and who had to wait for a connection has
// waited since it was due.
func TestRunKeepsPace(t *testing.T) {
	var seen atomic.Int64
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		if seen.Add(1)%2 == 0 {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	r := []Request{Get("h", "/", Any)}
	got, err := Run(context.Background(), Plan{Addr: addr, Conns: 100, For: 300 * time.Millisecond, Rate: 500, Requests: r})
	if err != nil {
		t.Fatal(err)
	}
	if got.Requests != 150 || got.Answers[200] != 75 || got.Answers[429] != 75 || got.Elapsed < 300*time.Millisecond {
		t.Errorf("%d requests in %s, answers %v", got.Requests, got.Elapsed, got.Answers)
	}
	got, err = Run(context.Background(), Plan{Addr: addr, Conns: 1, Count: 5, Rate: 500, Requests: r})
	if err != nil || got.Requests != 5 || got.Quantile(1) < 230*time.Millisecond {
		t.Errorf("five in turns of 50 ms, all due within 10: the last took %s (%v)", got.Quantile(1), err)
	}
}

func TestRunRefusesEmptyPlans(t *testing.T) {
	r := []Request{Get("h", "/", 200)}
	for _, p := range []Plan{{Conns: 1, Count: 1}, {Requests: r, Count: 1}, {Requests: r, Conns: 1}} {
		if _, err := Run(context.Background(), p); err == nil {
			t.Errorf("plan %+v was carried out", p)
		}
	}
}

// TestResponseInPieces feeds each answer whole and byte by byte.
func TestResponseInPieces(t *testing.T) {
	for _, c := range []struct {
		answer string
		status int
		size   int64
	}{
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, 5},
		{"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200, 0},
		{"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", 304, 0},
		{"HTTP/1.1 304 Not Modified\r\nContent-Length: 70\r\n\r\n", 304, 0},
		{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, 2},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n", 200, 6},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nDigest: x\r\n\r\n", 200, 0},
	} {
		for _, step := range []int{len(c.answer), 1, 3} {
			got, done, err := feedAll(c.answer, step)
			if err != nil || !done || got.status != c.status || got.size != c.size {
				t.Errorf("%q by %d: status %d, size %d, done %v, %v", c.answer, step, got.status, got.size, done, err)
			}
		}
	}
}

func TestResponseRefusesNonsense(t *testing.T) {
	for _, answer := range []string{
		"SSH-2.0-OpenSSH\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ntwo",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		strings.Repeat("x", maxHead+1),
	} {
		if _, _, err := feedAll(answer, len(answer)); err == nil {
			t.Errorf("accepted %.60q", answer)
		}
	}
}

func feedAll(answer string, step int) (r response, done bool, err error) {
	for b := []byte(answer); len(b) > 0 && !done && err == nil; b = b[min(step, len(b)):] {
		done, err = r.feed(b[:min(step, len(b))])
	}
	return r, done, err
}

func TestQuantile(t *testing.T) {
	var r Result
	if r.Quantile(0.99) != 0 {
		t.Error("a quantile of nothing is not zero")
	}
	for i := range 100 {
		r.Latency = append(r.Latency, time.Duration(i+1))
	}
	if r.Quantile(0) != 1 || r.Quantile(0.5) != 51 || r.Quantile(0.99) != 100 || r.Quantile(1) != 100 {
		t.Errorf("quantiles %d %d %d %d", r.Quantile(0), r.Quantile(0.5), r.Quantile(0.99), r.Quantile(1))
	}
}

func TestRequestBytes(t *testing.T) {
	r := Post("h:1", "/legacy/", "text/plain", []byte("abc"), BasicAuth("__token__", "t"))
	want := "POST /legacy/ HTTP/1.1\r\nHost: h:1\r\nUser-Agent: strongroom-bench/1\r\nContent-Type: text/plain\r\n" +
		"Content-Length: 3\r\nAuthorization: Basic X190b2tlbl9fOnQ=\r\n\r\n"
	if string(r.Head) != want {
		t.Errorf("head %q, want %q", r.Head, want)
	}
}
