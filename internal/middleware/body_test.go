package middleware_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// refusesSlow reads the whole body under a short window and refuses it when it is slow.
func refusesSlow(w http.ResponseWriter, r *http.Request) error {
	body := middleware.NewSlowBody(w, r)
	body.SetWindow(200 * time.Millisecond) // so 205 bytes must come in each
	defer body.Done()
	if _, err := io.Copy(io.Discard, body); err != nil {
		if body.Drain(1 << 20) {
			return fmt.Errorf("a body that failed was drained to its end")
		}
		w.Header().Set("Connection", "close")
		return err
	}
	_, err := fmt.Fprintf(w, "%d bytes", body.Total)
	return err
}

// TestSlowBody: a sender that stalls or trickles is refused with a text and does not hold the connection for ever; one that is merely slow
// is not refused.
func TestSlowBody(t *testing.T) {
	for _, row := range []struct {
		name  string
		bytes int           // in each step
		pause time.Duration // between two
		want  string
	}{
		{"at once", 4000, 0, "HTTP/1.1 200 OK"},
		{"slow but steady", 400, 60 * time.Millisecond, "HTTP/1.1 200 OK"},
		{"stalled", 100, time.Hour, "HTTP/1.1 400 The request's body arrived too slowly"},
		{"a trickle", 1, 20 * time.Millisecond, "HTTP/1.1 400 The request's body arrived too slowly"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t, one("POST", "/u", refusesSlow))
			c, r := s.dial()
			if _, err := io.WriteString(c, "POST /u HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				for sent := 0; sent < 4000; sent += row.bytes {
					if _, err := io.WriteString(c, strings.Repeat("x", row.bytes)); err != nil {
						return
					}
					time.Sleep(min(row.pause, 2*time.Second))
				}
			}()
			began := time.Now()
			status, err := r.ReadString('\n')
			if err != nil || !strings.HasPrefix(status, row.want) {
				t.Errorf("%q, %v; want %q", status, err, row.want)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("answered after %s", took)
			}
			c.Close()
			<-done
		})
	}
}

// TestTheDeadlineIsLifted: the connection lives on after a body that was read.
func TestTheDeadlineIsLifted(t *testing.T) {
	s := serve(t, one("POST", "/u", refusesSlow))
	c, r := s.dial()
	for range 2 {
		if _, err := io.WriteString(c, "POST /u HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(r, nil)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		time.Sleep(300 * time.Millisecond) // longer than the window
	}
}

// TestUE07Drain: what is left of a refused body is taken in, up to a limit.
func TestUE07Drain(t *testing.T) {
	for _, row := range []struct {
		size, read, limit int
		ended             bool
		total             int64
	}{
		{size: 100_000, read: 10, limit: 1 << 20, ended: true, total: 100_000},
		{size: 0, read: 0, limit: 1 << 20, ended: true, total: 0},
		{size: 100_000, read: 100_000, limit: 1 << 20, ended: true, total: 100_000},
		{size: 1 << 20, read: 0, limit: 100_000, ended: false, total: 131072},
		{size: 100, read: 100, limit: 10, ended: false, total: 100},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", row.size)))
		body := middleware.NewSlowBody(httptest.NewRecorder(), r)
		if _, err := io.CopyN(io.Discard, body, int64(row.read)); err != nil {
			t.Fatal(err)
		}
		if ended := body.Drain(int64(row.limit)); ended != row.ended || body.Total != row.total {
			t.Errorf("%+v: ended %v after %d bytes", row, ended, body.Total)
		}
	}
}

// TestABrokenBodyIsNotSlow: its own error reaches the handler.
func TestABrokenBodyIsNotSlow(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader("abc"), brokenReader{}))
	body := middleware.NewSlowBody(httptest.NewRecorder(), r)
	_, err := io.ReadAll(body)
	if err != io.ErrUnexpectedEOF || index.HasCode(err, index.CodeSlowRequest) {
		t.Errorf("%v", err)
	}
	if body.Drain(1 << 20) {
		t.Error("a broken body ended well")
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
