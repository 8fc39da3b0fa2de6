package index

import (
	"fmt"
	"path"
	"strings"
	"time"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
)

// GateRuleKind says what a gate rule's pattern is held against.
type GateRuleKind string

// The kinds of gate rules.
const (
	RuleHash    GateRuleKind = "hash"    // SHA-256 of the whole file or of a file in it, 64 lower-case hexadecimal digits
	RuleRelease GateRuleKind = "release" // NAME or NAME==VERSION
	RulePath    GateRuleKind = "path"    // of a file in the archive; * is any run of characters but "/", without "/" it is the last part of the path
	RuleText    GateRuleKind = "text"    // a text that a file in the archive holds, byte for byte
)

// GateRuleKinds lists every kind.
func GateRuleKinds() []GateRuleKind {
	return []GateRuleKind{RuleHash, RuleRelease, RulePath, RuleText}
}

// GateAction is what becomes of a file that a rule matches. Where several
// match, allow beats refuse, and refuse beats flag.
type GateAction string

// The actions.
const (
	ActionAllow  GateAction = "allow"  // whatever other rules say: known to be harmless
	ActionFlag   GateAction = "flag"   // accepted; the match is in the audit log for moderators
	ActionRefuse GateAction = "refuse" // refused with the rule's reason
)

// GateActions lists every action.
func GateActions() []GateAction { return []GateAction{ActionAllow, ActionFlag, ActionRefuse} }

// GateRule is something an administrator knows about files: that they are bad,
// or that they are wrongly taken for it.
type GateRule struct {
	ID      int64        `json:"id"`
	Kind    GateRuleKind `json:"kind"`
	Pattern string       `json:"pattern"`
	Action  GateAction   `json:"action"`
	Reason  string       `json:"reason,omitempty"` // one line the publisher reads
	SetBy   string       `json:"set_by,omitempty"`
	SetAt   time.Time    `json:"set_at,omitzero"`
}

// ruleTextMin and ruleTextMax bound the bytes of a text pattern: shorter ones
// match everything, longer ones would have to be kept across more of a file.
const (
	ruleTextMin = 6
	ruleTextMax = 256
)

// Validate returns what is wrong with a rule. Names in a release pattern must
// be normalised and versions canonical.
func (r GateRule) Validate() error {
	switch r.Action {
	case ActionAllow, ActionFlag, ActionRefuse:
	default:
		return fmt.Errorf("the action %q is unknown; it is allow, flag or refuse", r.Action)
	}
	if strings.ContainsFunc(r.Pattern, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return fmt.Errorf("the pattern %q has control characters", r.Pattern)
	}
	return r.validatePattern()
}

func (r GateRule) validatePattern() error {
	switch r.Kind {
	case RuleHash:
		if len(r.Pattern) != 64 || strings.Trim(r.Pattern, "0123456789abcdef") != "" {
			return fmt.Errorf("%q is not a SHA-256 in 64 lower-case hexadecimal digits", r.Pattern)
		}
	case RuleRelease:
		if !isRelease(r.Pattern) {
			return fmt.Errorf("%q is not a normalised project name, or NAME==VERSION", r.Pattern)
		}
	case RulePath:
		if _, err := path.Match(r.Pattern, ""); err != nil || r.Pattern == "" || strings.Trim(r.Pattern, "*/?") == "" {
			return fmt.Errorf("%q is not a pattern of paths such as *.exe or pkg/data/evil.py", r.Pattern)
		}
	case RuleText:
		if len(r.Pattern) < ruleTextMin || len(r.Pattern) > ruleTextMax {
			return fmt.Errorf("the text %q has %d bytes; %d to %d are possible", r.Pattern, len(r.Pattern), ruleTextMin, ruleTextMax)
		}
	default:
		return fmt.Errorf("the kind %q is unknown; it is hash, release, path or text", r.Kind)
	}
	return nil
}

// isRelease reports whether the text is NAME or NAME==VERSION in normal forms.
func isRelease(text string) bool {
	name, version, pinned := strings.Cut(text, "==")
	if !packaging.ValidName(name) || packaging.NormalizeName(name) != name {
		return false
	}
	v, err := pep440.Parse(version)
	return !pinned || err == nil && v.Canonical() == version
}

// FileReport is what the gate found in a file that it accepted.
type FileReport struct {
	Warnings []string `json:"warnings"`
	Platform string   `json:"platform,omitempty"` // the smallest platform tag the wheel could honestly carry (PT-7)
}
