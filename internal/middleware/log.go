package middleware

import (
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// AccessLog writes one JSON object a request. Lines are gathered and written
// together, a tenth of a second late at most; Close writes what is left.
type AccessLog struct {
	mu   sync.Mutex
	out  io.Writer
	buf  []byte
	unix int64  // the second that date spells
	date []byte // of unix, up to the seconds
	stop chan struct{}
	done sync.WaitGroup
}

const (
	flushEvery = 100 * time.Millisecond
	flushAt    = 32 << 10
)

// NewAccessLog starts an access log on out; a nil out keeps none.
func NewAccessLog(out io.Writer) *AccessLog {
	l := &AccessLog{out: out, stop: make(chan struct{})}
	if out != nil {
		l.done.Go(l.flushes)
	}
	return l
}

func (l *AccessLog) flushes() {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.mu.Lock()
			l.flush()
			l.mu.Unlock()
		case <-l.stop:
			return
		}
	}
}

func (l *AccessLog) flush() {
	if len(l.buf) > 0 {
		_, _ = l.out.Write(l.buf) // a log that cannot be written has nowhere to say so
		l.buf = l.buf[:0]
	}
}

// Close writes what is left.
func (l *AccessLog) Close() {
	close(l.stop)
	l.done.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out != nil {
		l.flush()
	}
}

// Write records one request. No header or query is logged: they may hold
// tokens (P37).
func (l *AccessLog) Write(r *http.Request, rec *Record, start time.Time, elapsed time.Duration) {
	if l == nil || l.out == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := append(l.buf, `{"time":"`...)
	b = l.stamp(b, start)
	b = append(b, `","level":"INFO","msg":"request","method":`...)
	b = appendText(b, r.Method)
	b = append(b, `,"path":`...)
	b = appendText(b, rec.path(r))
	b = append(b, `,"status":`...)
	b = strconv.AppendInt(b, int64(rec.Status), 10)
	b = append(b, `,"bytes":`...)
	b = strconv.AppendInt(b, rec.Bytes, 10)
	b = append(b, `,"us":`...)
	b = strconv.AppendInt(b, elapsed.Microseconds(), 10)
	b = appendField(b, `,"remote":`, rec.Remote)
	b = appendField(b, `,"agent":`, r.UserAgent())
	b = appendField(b, `,"actor":`, rec.Actor)
	b = appendField(b, `,"code":`, string(rec.Code))
	if rec.cause != nil {
		b = appendField(b, `,"error":`, rec.cause.Error())
	}
	l.buf = append(b, "}\n"...)
	if len(l.buf) >= flushAt {
		l.flush()
	}
}

// path is what the log shows of the address.
func (rec *Record) path(r *http.Request) string {
	if rec.Secret {
		return rec.Route
	}
	return r.URL.Path
}

// stamp writes the time; the date is spelled once a second.
func (l *AccessLog) stamp(b []byte, at time.Time) []byte {
	if unix := at.Unix(); unix != l.unix {
		l.unix, l.date = unix, at.UTC().AppendFormat(l.date[:0], "2006-01-02T15:04:05.")
	}
	us := at.Nanosecond() / 1000
	b = append(b, l.date...)
	for unit := 100_000; unit > 0; unit /= 10 {
		b = append(b, byte('0'+us/unit%10))
	}
	return append(b, 'Z')
}

func appendField(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return appendText(append(b, key...), value)
}

const hexDigits = "0123456789abcdef"

// appendText writes a JSON string. Control bytes and broken UTF-8 are escaped,
// so no request can forge a line (security-bar 2.6).
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		case c < 0x20 || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			i++
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, `\ufffd`...)
			} else {
				b = append(b, s[i:i+n]...)
			}
			i += n
		}
	}
	return append(b, '"')
}
