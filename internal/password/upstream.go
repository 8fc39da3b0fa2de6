package password

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	hibpURL = "https://api.pwnedpasswords.com/range/"

	// upstreamTime is for the whole exchange (PW-4).
	upstreamTime = time.Second
	// mostRange is the most bytes of an answer; a thousand lines have 40 kB.
	mostRange = 256 << 10
)

// upstream asks a server that speaks the range API of Have I Been Pwned.
type upstream struct {
	url     string
	client  *http.Client
	breaker breaker
}

func newUpstream(url string, clock func() time.Time) *upstream {
	if url == "" {
		url = hibpURL
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxConnsPerHost = 8
	return &upstream{
		url: url, breaker: breaker{clock: clock},
		client: &http.Client{
			Transport: transport, Timeout: upstreamTime,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// fetch returns the lines of a range. It does not end with ctx, but after a second at most: people who go away must not
// open the breaker.
func (u *upstream) fetch(ctx context.Context, prefix string) ([]byte, error) {
	if !u.breaker.allow() {
		return nil, errOpen
	}
	body, err := u.exchange(context.WithoutCancel(ctx), prefix)
	u.breaker.record(err == nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return body, nil
}

func (u *upstream) exchange(ctx context.Context, prefix string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.url+prefix, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Add-Padding", "true") // so that the length of the answer does not tell the prefix
	req.Header.Set("User-Agent", "strongroom")
	res, err := u.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no answer: %w", withoutURL(err))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer's status is %d", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, mostRange+1))
	if err != nil {
		return nil, withoutURL(err)
	}
	if len(body) > mostRange {
		return nil, fmt.Errorf("the answer has more than %d bytes", mostRange)
	}
	return tidy(body)
}

const (
	// breakerFailures in a row open the breaker for breakerTime (PW-4).
	breakerFailures = 5
	breakerTime     = time.Minute
)

// breaker keeps from asking a server that does not answer. After breakerTime one request tries it.
type breaker struct {
	clock func() time.Time

	mu       sync.Mutex
	failures int
	until    time.Time // open before this
}

func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakerFailures {
		return true
	}
	now := b.clock()
	if now.Before(b.until) {
		return false
	}
	b.until = now.Add(breakerTime) // for the others, while this one tries
	return true
}

func (b *breaker) record(ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok {
		b.failures = 0
		return
	}
	if b.failures++; b.failures >= breakerFailures {
		b.until = b.clock().Add(breakerTime)
	}
}
