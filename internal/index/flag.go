package index

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Level is what a flag stands on.
type Level string

// The levels, from the widest to the narrowest.
const (
	OnUser    Level = "user"
	OnProject Level = "project"
	OnRelease Level = "release"
	OnFile    Level = "file"
)

// Side says on whose behalf a flag was set. Owner flags and administrator
// flags live side by side; clearing one shows the other again (ST-1, SN-10).
type Side string

// The sides.
const (
	ByOwner         Side = "owner"
	ByAdministrator Side = "administrator"
)

// Flag is something a person or a rule says about a project, release, file or
// user, as long as it stands. Reason is one public line; Since is when it was
// set; Until, if not zero, when it lapses (a queued change clears it).
type Flag struct {
	Kind       string    `json:"kind"`
	Category   string    `json:"category,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	URL        string    `json:"url,omitempty"`
	Successors []string  `json:"successors,omitempty"`
	Side       Side      `json:"side,omitempty"`
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until,omitzero"`
}

// Standing is the set of flags on one level itself, without its parents. It is
// stored beside the row it stands on, so a withdrawal writes one row (SD-2).
type Standing []Flag

// ParseStanding reads the stored form; the empty text is no flags.
func ParseStanding(text string) (Standing, error) {
	if text == "" {
		return nil, nil
	}
	var s Standing
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, fmt.Errorf("parse standing %q: %w", text, err)
	}
	return s, nil
}

// Text is the stored form: compact JSON sorted by kind, empty without flags.
func (s Standing) Text() string {
	if len(s) == 0 {
		return ""
	}
	c := slices.Clone(s)
	slices.SortFunc(c, func(a, b Flag) int { return strings.Compare(a.Kind, b.Kind) })
	b, err := json.Marshal(c)
	if err != nil { // a Flag holds only texts and times
		panic(err)
	}
	return string(b)
}

// Get finds the flag of a kind.
func (s Standing) Get(kind string) (Flag, bool) {
	for _, f := range s {
		if f.Kind == kind {
			return f, true
		}
	}
	return Flag{}, false
}

// With returns the standing with f set, replacing a flag of the same kind.
func (s Standing) With(f Flag) Standing {
	return append(s.Without(f.Kind), f)
}

// Without returns the standing with the kind cleared.
func (s Standing) Without(kind string) Standing {
	var out Standing
	for _, f := range s {
		if f.Kind != kind {
			out = append(out, f)
		}
	}
	return out
}

// Withdrawn reports whether these flags alone take the thing out of what is
// offered to installers. It is stored as a column so that partial indexes
// cover what is live.
func (s Standing) Withdrawn() bool {
	for _, f := range s {
		if k, ok := KindOf(f.Kind); ok && k.Hides {
			return true
		}
	}
	return false
}
