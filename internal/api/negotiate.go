package api

import (
	"strconv"
	"strings"
	"sync"

	"strongroom/internal/index"
)

// simpleType is a representation of the Simple API.
type simpleType int

// The representations, in the order preferred when a client ranks them the
// same (SN-06).
const (
	textHTML simpleType = iota
	v1HTML
	v1JSON
	notAcceptable
)

// contentTypes are the spellings clients compare with (SN-09).
var contentTypes = [...][]string{
	textHTML: {"text/html; charset=utf-8"},
	v1HTML:   {"application/vnd.pypi.simple.v1+html"},
	v1JSON:   {"application/vnd.pypi.simple.v1+json"},
}

// simpleNames are the five names of SN-01 and SN-03.
func simpleNames(media string) (simpleType, bool) {
	switch media {
	case "text/html":
		return textHTML, true
	case "application/vnd.pypi.simple.v1+html", "application/vnd.pypi.simple.latest+html":
		return v1HTML, true
	case "application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.latest+json":
		return v1JSON, true
	}
	return notAcceptable, false
}

// negotiator remembers what Accept headers mean: the few that clients send are
// looked up, others are parsed.
type negotiator struct {
	mu   sync.RWMutex
	seen map[string]simpleType
}

const maxAccepts = 200

func (n *negotiator) accept(header string) simpleType {
	n.mu.RLock()
	t, ok := n.seen[header]
	n.mu.RUnlock()
	if ok {
		return t
	}
	t = negotiate(header)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil || len(n.seen) >= maxAccepts {
		n.seen = map[string]simpleType{}
	}
	n.seen[header] = t
	return t
}

// negotiate picks the representation by quality and specificity (SN-02…SN-07).
func negotiate(header string) simpleType {
	if strings.TrimSpace(header) == "" {
		return textHTML
	}
	var quality [3]int
	var specific [3]int
	for part := range strings.SplitSeq(header, ",") {
		media, params, _ := strings.Cut(part, ";")
		q, ok := parseQuality(params)
		if !ok {
			continue
		}
		rank(strings.ToLower(strings.TrimSpace(media)), q, &quality, &specific)
	}
	best := notAcceptable
	for t := textHTML; t <= v1JSON; t++ {
		if quality[t] > 0 && (best == notAcceptable || quality[t] > quality[best]) {
			best = t
		}
	}
	return best
}

// rank applies one media range: a named type beats "application/*", which
// beats "*/*".
func rank(media string, q int, quality, specific *[3]int) {
	set := func(t simpleType, how int) {
		if how > specific[t] || how == specific[t] && q > quality[t] {
			quality[t], specific[t] = q, how
		}
	}
	if t, ok := simpleNames(media); ok {
		set(t, 3)
		return
	}
	switch media {
	case "application/*":
		set(v1HTML, 2)
		set(v1JSON, 2)
	case "text/*":
		set(textHTML, 2)
	case "*/*":
		set(textHTML, 1)
		set(v1HTML, 1)
		set(v1JSON, 1)
	}
}

// parseQuality reads "q=0.5" in thousandths; anything malformed does not count
// (SN-04).
func parseQuality(params string) (q int, ok bool) {
	for param := range strings.SplitSeq(params, ";") {
		value, found := strings.CutPrefix(strings.ToLower(strings.TrimSpace(param)), "q=")
		if !found {
			continue
		}
		f, err := strconv.ParseFloat(value, 64)
		if err != nil || f < 0 || f > 1 || len(value) > 5 {
			return 0, false
		}
		return int(f*1000 + 0.5), true
	}
	return 1000, true
}

// formatParameter reads ?format=, which comes before Accept (SN-08). It is a
// whole content type; a plus sign that arrived as a space is forgiven.
func formatParameter(value string) simpleType {
	t, ok := simpleNames(strings.ToLower(strings.ReplaceAll(value, " ", "+")))
	if !ok {
		return notAcceptable
	}
	return t
}

func refuseType() error {
	return index.Refuse(index.CodeNotAcceptable, "This page can be had as application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html or text/html.")
}
