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

	// OnOrganization is a level for labels only.
	OnOrganization Level = "organization"
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
// user, as long as it stands. Reason is one public line, Details a longer public
// text; Since is when it was set.
//
// Nothing tests a time when it reads: a queued change clears the flag at Until,
// and takes Pending away at From. A pending flag is announced and has no effect
// yet (ST-11).
type Flag struct {
	Kind       string    `json:"kind"`
	Category   string    `json:"category,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Details    string    `json:"details,omitempty"`
	URL        string    `json:"url,omitempty"`
	Successors []string  `json:"successors,omitempty"`
	Side       Side      `json:"side,omitempty"`
	Since      time.Time `json:"since"`
	From       time.Time `json:"from,omitzero"`
	Pending    bool      `json:"pending,omitempty"`
	Until      time.Time `json:"until,omitzero"`
	Restorable time.Time `json:"restorable_until,omitzero"` // of a deletion: until then its owners may undo it
	Rule       int64     `json:"rule,omitempty"`            // the release rule that set it, 0 for none
	Act        string    `json:"act,omitempty"`             // what a moderator undoes it with, "" for none
}

// InEffectSince is when the flag began to mean something: its day, where one was
// set (ST-11), or when it was set.
func (f Flag) InEffectSince() time.Time {
	if f.From.After(f.Since) {
		return f.From
	}
	return f.Since
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
		if k, ok := KindOf(f.Kind); ok && k.Hides && !f.Pending {
			return true
		}
	}
	return false
}

// Label is a flag that administrators define (ST-12). It says something; nothing
// behaves differently for it.
type Label struct {
	Key       string // [a-z0-9-]{1,40}, no kind of index.FlagKinds
	Public    bool   // shown to everybody
	Colour    string // one of LabelColours
	Text      string // what it means, for people
	CreatedBy string
	CreatedAt time.Time
}

// LabelColours are the colours a label may have.
func LabelColours() []string { return []string{"grey", "blue", "green", "yellow", "red"} }
