package middleware

import (
	"io"
	"net/http"
	"time"

	"strongroom/internal/index"
)

// The floor under a body's rate: so many bytes must arrive in each window
// (security-bar 2.2). A sender that stalls is refused, one that is merely slow
// is not.
const (
	rateWindow = 30 * time.Second
	rateFloor  = 1 << 10 // bytes a second
)

// SlowBody reads a request's body with a floor under its rate.
type SlowBody struct {
	body    io.ReadCloser
	control *http.ResponseController
	window  time.Duration
	until   time.Time // when the window ends, zero between two
	got     int64     // bytes in the window
	err     error     // what ended the body
	Total   int64     // bytes read so far
}

// NewSlowBody wraps the body of r. The deadline it sets on the connection ends
// with Done.
func NewSlowBody(w http.ResponseWriter, r *http.Request) *SlowBody {
	return &SlowBody{body: r.Body, control: http.NewResponseController(w), window: rateWindow}
}

// Read implements io.Reader; too slow a body gives index.CodeSlowRequest.
func (b *SlowBody) Read(p []byte) (int, error) {
	now := time.Now()
	if now.After(b.until) {
		b.until, b.got = now.Add(b.window), 0
		// Without deadlines (a test's recorder) the floor does not hold.
		_ = b.control.SetReadDeadline(b.until)
	}
	n, err := b.body.Read(p)
	b.got += int64(n)
	b.Total += int64(n)
	if n >= muchAtOnce {
		watchNetwork()
	}
	if err != nil && err != io.EOF && !time.Now().Before(b.until) {
		err = &index.Error{Code: index.CodeSlowRequest, Detail: "The request's body arrived too slowly; at least 1 KiB a second is needed.", Err: err}
	}
	if float64(b.got) >= b.window.Seconds()*rateFloor {
		b.until = time.Time{}
	}
	b.err = err
	return n, err
}

// Done lifts the deadline, so that the connection can be used again.
func (b *SlowBody) Done() { _ = b.control.SetReadDeadline(time.Time{}) }

// drainTime bounds how long a refused body is taken in.
const drainTime = 60 * time.Second

// Drain reads and forgets what is left of the body, so that the client hears
// the answer instead of a broken pipe (UE-07): up to limit bytes and a minute.
// It reports whether the body ended. A body that failed is not waited for again.
func (b *SlowBody) Drain(limit int64) bool {
	end := time.Now().Add(drainTime)
	buf := make([]byte, 32<<10)
	for b.err == nil && b.Total < limit && time.Now().Before(end) {
		_, _ = b.Read(buf) // the error ends the loop
	}
	return b.err == io.EOF
}
