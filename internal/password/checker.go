package password

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"strongroom/internal/password/breachlist"
)

// Where a Checker looks passwords up (PW-1).
const (
	BackendOff   = "off"   // nowhere: nothing is breached
	BackendHIBP  = "hibp"  // a server that speaks the range API of Have I Been Pwned
	BackendLocal = "local" // a file that `strongroom admin breach-list build` made
)

// Errors of Checker.Range.
var (
	// ErrPrefix says that something is not exactly five hexadecimal digits.
	ErrPrefix = errors.New("a range is named by exactly five hexadecimal digits")
	// ErrNoRange says that this backend has no ranges: it is off, or a filter, which knows whether it has seen a
	// password but cannot list what it has seen. Pages then leave out the browser's check; the server's decides.
	ErrNoRange = errors.New("this index offers no password ranges")
	// ErrUnavailable says that the backend does not answer.
	ErrUnavailable = errors.New("the list of breached passwords does not answer")

	errOpen = fmt.Errorf("%w, and is not asked for a minute", ErrUnavailable)
)

// Options says where passwords are looked up.
type Options struct {
	Backend string           // BackendOff when empty
	URL     string           // of the range API, the prefix is put behind it; Have I Been Pwned's when empty
	File    string           // for BackendLocal
	Clock   func() time.Time // time.Now when nil
}

// Results counts what became of checks (PW-4): the metric breach_check.
type Results struct {
	OK       int64 // not known from a breach
	Breached int64
	Error    int64 // the backend failed; the password was let through
	Open     int64 // the backend failed often and was not asked; the password was let through
}

// Checker says whether a password is known from a breach. What leaves the process are the first five hexadecimal digits
// of its SHA-1, no more (PW-4). All methods may be called at the same time, and on a nil Checker, which is off.
type Checker struct {
	upstream *upstream // for BackendHIBP
	cache    *cache

	file string // for BackendLocal
	mu   sync.RWMutex
	list *breachlist.List

	ok, breached, failed, open atomic.Int64
}

// Open makes a Checker. An error says what is wrong with the options or the file.
func Open(o Options) (*Checker, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	c := &Checker{cache: &cache{clock: o.Clock}}
	switch o.Backend {
	case "", BackendOff:
		return c, nil
	case BackendHIBP:
		c.upstream = newUpstream(o.URL, o.Clock)
		return c, nil
	case BackendLocal:
		c.file = o.File
		return c, c.Reload()
	}
	return nil, fmt.Errorf("%q is no backend; it is off, hibp or local", o.Backend)
}

// Breached says whether a password is known from a breach. It is open to failure: when the backend does not answer
// within a second, the password passes, and Results count it. It goes on for that second when ctx ends, so that nobody
// makes the backend look broken by going away.
func (c *Checker) Breached(ctx context.Context, password string) bool {
	if c == nil || c.upstream == nil && c.file == "" {
		return false
	}
	found, err := c.find(ctx, sha1.Sum([]byte(Normalize(password))))
	switch {
	case errors.Is(err, errOpen):
		c.open.Add(1)
	case err != nil:
		c.failed.Add(1)
	case found:
		c.breached.Add(1)
	default:
		c.ok.Add(1)
	}
	return found && err == nil
}

func (c *Checker) find(ctx context.Context, h breachlist.Hash) (bool, error) {
	if c.file != "" {
		c.mu.RLock()
		defer c.mu.RUnlock()
		return c.list.Has(h)
	}
	digits := strings.ToUpper(hex.EncodeToString(h[:]))
	lines, err := c.fetched(ctx, digits[:5])
	return err == nil && listed(lines, digits[5:]), err
}

// Ranges says whether Range can answer: pages have the browser ask only then.
func (c *Checker) Ranges() bool {
	if c == nil || c.file == "" {
		return c != nil && c.upstream != nil
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.list.Kind() == breachlist.Sorted
}

// Range is the text of "SUFFIX:COUNT" lines, each ended by CR LF, for the five digits that a SHA-1 begins with (PW-5).
// It is padded with suffixes of count 0, so that its length tells less. Counts from a local file are 1. It stays the
// same for a day, and must not be changed. Errors are ErrPrefix, ErrNoRange and ErrUnavailable.
func (c *Checker) Range(ctx context.Context, prefix string) ([]byte, error) {
	switch {
	case !breachlist.IsPrefix(prefix):
		return nil, ErrPrefix
	case !c.Ranges():
		return nil, ErrNoRange
	}
	prefix = strings.ToUpper(prefix)
	if c.upstream != nil {
		return c.fetched(ctx, prefix)
	}
	return c.cache.get(prefix, func() ([]byte, error) { return c.local(prefix) })
}

// fetched is a range of the upstream server.
func (c *Checker) fetched(ctx context.Context, prefix string) ([]byte, error) {
	return c.cache.get(prefix, func() ([]byte, error) { return c.upstream.fetch(ctx, prefix) })
}

// Results returns the counts since the start.
func (c *Checker) Results() Results {
	if c == nil {
		return Results{}
	}
	return Results{OK: c.ok.Load(), Breached: c.breached.Load(), Error: c.failed.Load(), Open: c.open.Load()}
}

// Reload opens the local file again, after it was replaced; the old one stays in use on an error.
func (c *Checker) Reload() error {
	if c == nil || c.file == "" {
		return nil
	}
	list, err := breachlist.Open(c.file)
	if err != nil {
		return fmt.Errorf("breached passwords: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.list
	c.list = list
	c.cache.clear()
	if old == nil {
		return nil
	}
	return old.Close()
}

// Close gives up the local file. Nothing may be asked afterwards.
func (c *Checker) Close() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list == nil {
		return nil
	}
	return c.list.Close()
}
