package ops

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
)

// GateCommand groups the commands on the gate's rules.
type GateCommand struct {
	Put    GatePut    `cmd:"" help:"Say that files are bad, suspicious or harmless. Example: strongroom admin gate put hash refuse 5891b5b5… --reason 'steals tokens'"`
	Remove GateRemove `cmd:"" help:"Take a rule back."`
	List   GateList   `cmd:"" help:"List the rules."`
	Load   GateLoad   `cmd:"" help:"Put many rules from a file."`
}

// GatePut puts one rule.
type GatePut struct {
	Kind    string `arg:"" enum:"hash,release,path,text" help:"hash (SHA-256 of a distribution or of a file in it), release (NAME or NAME==VERSION), path (of a file in it: *.exe, pkg/evil.py) or text (that a file in it holds)."`
	Action  string `arg:"" enum:"allow,flag,refuse" help:"allow (beats all other rules), flag (accept and note in the audit log) or refuse."`
	Pattern string `arg:"" help:"What to match."`
	Reason  string `help:"One line that the publisher reads."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *GatePut) Run(ctx context.Context, o *Operator) error {
	rule, err := gateRule(c.Kind, c.Action, c.Pattern, c.Reason)
	if err != nil {
		return err
	}
	if err := putRules(ctx, o, []index.GateRule{rule}); err != nil {
		return err
	}
	return o.say(c.JSON, rule, "Uploads that match the %s %s: %s.\n", rule.Kind, rule.Pattern, rule.Action)
}

// gateRule makes a rule of what an operator wrote.
func gateRule(kind, action, pattern, reason string) (index.GateRule, error) {
	rule := index.GateRule{Kind: index.GateRuleKind(kind), Action: index.GateAction(action), Pattern: pattern, Reason: reason}
	switch rule.Kind {
	case index.RuleHash:
		rule.Pattern = strings.ToLower(strings.TrimPrefix(pattern, "sha256:"))
	case index.RuleRelease:
		name, version, pinned := strings.Cut(pattern, "==")
		rule.Pattern = packaging.NormalizeName(strings.TrimSpace(name))
		if v, err := pep440.Parse(strings.TrimSpace(version)); pinned && err != nil {
			return rule, err
		} else if pinned {
			rule.Pattern += "==" + v.Canonical()
		}
	}
	return rule, rule.Validate()
}

func putRules(ctx context.Context, o *Operator, rules []index.GateRule) error {
	return o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		for _, r := range rules {
			r.SetBy, r.SetAt = tx.Actor.Username, tx.Now
			if err := tx.PutGateRule(ctx, r); err != nil {
				return err
			}
			tx.Event(index.Event{Action: index.EventGateRule, Object: "gate:" + string(r.Kind), After: string(r.Action) + " " + r.Pattern, Reason: r.Reason})
		}
		return tx.TouchGateRules(ctx, access.NewUID())
	})
}

// GateRemove takes a rule back.
type GateRemove struct {
	Kind    string `arg:"" enum:"hash,release,path,text" help:"The kind of the rule."`
	Pattern string `arg:"" help:"Its pattern."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *GateRemove) Run(ctx context.Context, o *Operator) error {
	rule, err := gateRule(c.Kind, string(index.ActionAllow), c.Pattern, "")
	if err != nil {
		return err
	}
	err = o.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		found, err := tx.RemoveGateRule(ctx, rule.Kind, rule.Pattern)
		if err == nil && !found {
			err = fmt.Errorf("there is no rule for the %s %s", rule.Kind, rule.Pattern)
		}
		if err != nil {
			return err
		}
		tx.Event(index.Event{Action: index.EventGateRule, Object: "gate:" + c.Kind, Before: rule.Pattern})
		return tx.TouchGateRules(ctx, access.NewUID())
	})
	if err != nil {
		return err
	}
	return o.say(c.JSON, map[string]any{"kind": rule.Kind, "pattern": rule.Pattern, "removed": true}, "Removed: %s %s.\n", rule.Kind, rule.Pattern)
}

// GateList lists the rules.
type GateList struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *GateList) Run(ctx context.Context, o *Operator) error {
	rules, err := o.DB.GateRules(ctx)
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, r := range rules {
		fmt.Fprintf(&text, "%-7s %-6s %s", r.Kind, r.Action, r.Pattern)
		if r.Reason != "" {
			fmt.Fprintf(&text, "  (%s)", r.Reason)
		}
		fmt.Fprintf(&text, "  %s, %s\n", r.SetBy, r.SetAt.Format(time.DateOnly))
	}
	return o.say(c.JSON, map[string]any{"rules": append([]index.GateRule{}, rules...)}, "%s", &text)
}

// GateLoad puts many rules.
type GateLoad struct {
	File   string `arg:"" help:"One rule a line: a SHA-256, or a JSON object with kind, action, pattern and reason. Lines that begin with # are comments."`
	Action string `enum:"allow,flag,refuse" default:"refuse" help:"What becomes of the hashes: allow, flag or refuse."`
	Reason string `help:"The reason for the hashes."`
	JSON   bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *GateLoad) Run(ctx context.Context, o *Operator) error {
	f, err := os.Open(Absolute(o.Dir, c.File))
	if err != nil {
		return err
	}
	defer f.Close()
	rules, err := c.read(f)
	if err != nil {
		return fmt.Errorf("%s: %w; nothing was loaded", c.File, err)
	}
	const batch = 1000
	for at := 0; at < len(rules); at += batch {
		if err := putRules(ctx, o, rules[at:min(at+batch, len(rules))]); err != nil {
			return err
		}
	}
	return o.say(c.JSON, map[string]any{"loaded": len(rules)}, "Loaded %d rules.\n", len(rules))
}

// read reads all rules, or says in which line one is wrong.
func (c *GateLoad) read(r io.Reader) ([]index.GateRule, error) {
	var rules []index.GateRule
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		rule, err := c.rule(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		rules = append(rules, rule)
	}
	return rules, lines.Err()
}

// rule reads one line; a hash may have a filename behind it, as sha256sum
// writes it.
func (c *GateLoad) rule(line string) (index.GateRule, error) {
	if !strings.HasPrefix(line, "{") {
		return gateRule(string(index.RuleHash), c.Action, strings.Fields(line)[0], c.Reason)
	}
	var r index.GateRule
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return r, err
	}
	return gateRule(string(r.Kind), string(r.Action), r.Pattern, r.Reason)
}
