package check

import (
	"path"
	"strings"

	"strongroom/internal/index"
)

// Rules are the gate's rules by what they are held against.
type Rules struct {
	hashes   map[string]index.GateRule
	releases map[string]index.GateRule
	paths    []index.GateRule
	texts    map[string]index.GateRule
}

// NewRules sorts rules.
func NewRules(all []index.GateRule) *Rules {
	r := &Rules{hashes: map[string]index.GateRule{}, releases: map[string]index.GateRule{}, texts: map[string]index.GateRule{}}
	for _, rule := range all {
		switch rule.Kind {
		case index.RuleHash:
			r.hashes[rule.Pattern] = rule
		case index.RuleRelease:
			r.releases[rule.Pattern] = rule
		case index.RulePath:
			r.paths = append(r.paths, rule)
		case index.RuleText:
			r.texts[rule.Pattern] = rule
		}
	}
	return r
}

// Texts lists the texts to look for in the archive's files.
func (r *Rules) Texts() []string {
	if r == nil {
		return nil
	}
	var out []string
	for text := range r.texts {
		out = append(out, text)
	}
	return out
}

// Match is a rule that matches an upload. Path is the file in the archive it
// matched; empty for the upload as a whole.
type Match struct {
	Rule index.GateRule
	Path string
}

// Where says in which file of the archive, for the audit log.
func (m Match) Where() string {
	if m.Path == "" {
		return ""
	}
	return " in " + m.Path
}

// maxMatches bounds how many matches of one upload are told.
const maxMatches = 20

// Matches lists what the rules of the gate say about the upload.
func (u *Upload) Matches() []Match {
	if u.Rules == nil {
		return nil
	}
	var out []Match
	add := func(rule index.GateRule, found bool, path string) {
		if found && len(out) < maxMatches {
			out = append(out, Match{rule, path})
		}
	}
	rule, found := u.Rules.hashes[u.Digests.SHA256]
	add(rule, found, "")
	for _, release := range []string{u.Name, u.Name + "==" + u.Version.Canonical()} {
		rule, found = u.Rules.releases[release]
		add(rule, found, "")
	}
	for _, member := range u.Archive.Members {
		rule, found = u.Rules.hashes[member.SHA256]
		add(rule, found, member.Path)
		for _, rule := range u.Rules.paths {
			add(rule, !member.Dir && pathMatches(rule.Pattern, member.Path), member.Path)
		}
	}
	for _, hit := range u.Hits {
		rule, found = u.Rules.texts[hit.Text]
		add(rule, found, hit.Path)
	}
	return out
}

// pathMatches holds a pattern without "/" against the last part of a path.
func pathMatches(pattern, file string) bool {
	if !strings.Contains(pattern, "/") {
		file = path.Base(file)
	}
	matched, err := path.Match(pattern, file)
	return err == nil && matched
}

// gateRules refuses what an administrator knows to be bad. A rule that allows
// the whole file, its release or a file in it beats the others.
var gateRules = Check{
	Name: "gate-rules", Row: 38, Stage: Contents, Ref: "AV-20",
	Run: func(u *Upload) []index.Problem {
		matches := u.Matches()
		for _, m := range matches {
			if m.Rule.Action == index.ActionAllow {
				return nil
			}
		}
		var out []index.Problem
		for _, m := range matches {
			if m.Rule.Action == index.ActionRefuse {
				out = append(out, knownBad(m)...)
			}
		}
		return out
	},
}

func knownBad(m Match) []index.Problem {
	what, reason := "it", m.Rule.Reason
	if m.Path != "" {
		what = "its file " + m.Path
	}
	if reason == "" {
		reason = "a rule of its administrators matches"
	}
	return refuse(index.CodeKnownBad, "Invalid distribution file. This index refuses %s: %s", what, sentence(reason))
}
