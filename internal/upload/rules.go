package upload

import (
	"context"
	"sync"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/upload/check"
)

// RuleCache keeps the gate's rules as long as nobody changed one. There may be
// a hundred thousand hashes, so an upload only asks for their version.
type RuleCache struct {
	DB *database.DB

	mu      sync.Mutex
	version string
	rules   *check.Rules
}

// Get returns the rules of the gate as of now.
func (c *RuleCache) Get(ctx context.Context) (*check.Rules, error) {
	version, _, err := c.DB.Setting(ctx, database.GateRulesVersion)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rules != nil && c.version == version {
		return c.rules, nil
	}
	all, err := c.DB.GateRules(ctx)
	if err != nil {
		return nil, err
	}
	c.rules, c.version = check.NewRules(all), version
	return c.rules, nil
}

// noteRefused writes matches of rules and the scanner's verdict to the audit
// log when the upload itself leaves no row.
func (a *Acceptor) noteRefused(ctx context.Context, in *incoming) error {
	if len(in.Matches()) == 0 && in.scanned == (scanned{}) {
		return nil
	}
	return a.Recorder.Do(ctx, in.by.actor, func(tx *change.Tx) error {
		in.noteGate(tx)
		return nil
	})
}

// noteGate adds an audit event for each match and for what the scanner said.
func (in *incoming) noteGate(tx *change.Tx) {
	for _, m := range in.Matches() {
		tx.Event(index.Event{
			Action: index.EventGateMatch, Object: "project:" + in.Name, Before: string(m.Rule.Kind) + ":" + m.Rule.Pattern,
			After: string(m.Rule.Action) + " " + in.Filename + " sha256:" + in.Digests.SHA256 + m.Where(), Reason: m.Rule.Reason,
		})
	}
	if in.scanned != (scanned{}) {
		tx.Event(index.Event{
			Action: index.EventGateScan, Object: "project:" + in.Name, After: string(in.scanned.action) + " " + in.Filename + " sha256:" + in.Digests.SHA256,
			Reason: in.scanned.reason,
		})
	}
}
