package password

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"strongroom/internal/password/breachlist"
)

// suffixSize is the hexadecimal digits of a SHA-1 behind the five of the prefix.
const suffixSize = 35

// tidy checks that an answer is SUFFIX:COUNT lines and returns them in capitals, each ended by CR LF: what is not a list
// (the page of a proxy that wants a sign-in) must not pass for one without the password.
func tidy(body []byte) ([]byte, error) {
	out := make([]byte, 0, len(body)+2)
	for line := range bytes.Lines(body) {
		line = bytes.TrimRight(line, "\r\n")
		suffix, count, ok := bytes.Cut(line, []byte(":"))
		_, err := strconv.ParseUint(string(count), 10, 63)
		if !ok || err != nil || len(suffix) != suffixSize || len(bytes.Trim(suffix, "0123456789abcdefABCDEF")) > 0 {
			return nil, fmt.Errorf("the answer is no list of SUFFIX:COUNT")
		}
		out = append(append(out, bytes.ToUpper(line)...), "\r\n"...)
	}
	if len(out) == 0 {
		return nil, errors.New("the answer is empty")
	}
	return out, nil
}

// listed says whether tidy lines have a suffix with a count of 1 or more; others are padding.
func listed(lines []byte, suffix string) bool {
	for line := range bytes.Lines(lines) {
		if string(line[:suffixSize]) == suffix {
			return len(bytes.Trim(line[suffixSize+1:], "0\r\n")) > 0
		}
	}
	return false
}

// withoutURL takes the address, which ends in the prefix, out of an error: nothing of a password is logged (PW-4).
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// local is a range of the local file. Like Have I Been Pwned it is padded to 800 to 1,000 lines; the padding stands
// among the others.
func (c *Checker) local(prefix string) ([]byte, error) {
	number, err := strconv.ParseUint(prefix, 16, 32)
	if err != nil {
		return nil, ErrPrefix
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	hashes, err := c.list.Range(uint32(number))
	if errors.Is(err, breachlist.ErrNoRange) { // replaced a moment ago
		return nil, ErrNoRange
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	lines := make([]string, 0, 1000)
	for _, h := range hashes {
		lines = append(lines, hex.EncodeToString(h[:])[5:]+":1\r\n")
	}
	for most := 800 + mathrand.IntN(200); len(lines) < most; {
		var h breachlist.Hash
		_, _ = rand.Read(h[:]) // never fails since Go 1.24
		lines = append(lines, hex.EncodeToString(h[:])[5:]+":0\r\n")
	}
	slices.Sort(lines)
	return []byte(strings.ToUpper(strings.Join(lines, ""))), nil
}

const (
	// cacheTime is how long a range is remembered (PW-5).
	cacheTime = 24 * time.Hour
	// cacheMost is how many are: 8 MB.
	cacheMost = 200
)

// cache remembers ranges. When it is full, any one leaves.
type cache struct {
	clock func() time.Time

	mu     sync.Mutex
	ranges map[string]cached
}

type cached struct {
	lines []byte
	until time.Time
}

// get returns what is remembered, or what load makes.
func (c *cache) get(prefix string, load func() ([]byte, error)) ([]byte, error) {
	c.mu.Lock()
	have, ok := c.ranges[prefix]
	c.mu.Unlock()
	if ok && c.clock().Before(have.until) {
		return have.lines, nil
	}
	lines, err := load()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ranges == nil {
		c.ranges = map[string]cached{}
	}
	for other := range c.ranges {
		if len(c.ranges) < cacheMost {
			break
		}
		delete(c.ranges, other)
	}
	c.ranges[prefix] = cached{lines, c.clock().Add(cacheTime)}
	return lines, nil
}

func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ranges = nil
}
