package index

import "time"

// ActKind is what a moderator, an operator or a rule did.
type ActKind string

// The kinds of acts.
const (
	ActQuarantine ActKind = "quarantine"
	ActRemove     ActKind = "remove"
	ActClear      ActKind = "clear" // of a quarantine or removal
	ActFreeze     ActKind = "freeze"
	ActUnfreeze   ActKind = "unfreeze"
	ActProhibit   ActKind = "prohibit"
	ActAllow      ActKind = "allow"
	ActSwitch     ActKind = "switch"
	ActDecide     ActKind = "decide" // of reports
	ActLabel      ActKind = "label"
	ActUnlabel    ActKind = "unlabel"
	ActDefine     ActKind = "define" // what a label means
	ActDrop       ActKind = "drop"   // of a label's definition
	ActTrust      ActKind = "trust"  // of who reports
	ActDistrust   ActKind = "distrust"
)

// ActKinds lists every kind.
func ActKinds() []ActKind {
	return []ActKind{ActQuarantine, ActRemove, ActClear, ActFreeze, ActUnfreeze, ActProhibit, ActAllow, ActSwitch, ActDecide, ActLabel, ActUnlabel, ActDefine, ActDrop, ActTrust, ActDistrust}
}

// ByAdministrators reports whether moderators who administer nothing neither do
// nor undo what is of the kind.
func (k ActKind) ByAdministrators() bool { return k == ActSwitch || k == ActDefine || k == ActDrop }

// Act is one thing that was done, with everything that undoing it needs.
type Act struct {
	ID        int64
	UID       string
	Kind      ActKind
	Object    string // as the audit log names it
	Name      string // normalised project name, "" for none
	Reason    string
	Effects   []Effect
	Automatic bool // a rule did it (SN-15)
	Silent    bool // the owners were not told
	Actor     string
	At        time.Time
	UndoneBy  string
	UndoneAt  time.Time // zero while it stands
}

// Undone reports whether the act was undone.
func (a Act) Undone() bool { return !a.UndoneAt.IsZero() }

// EffectOn is the kind of thing that an act changed.
type EffectOn string

// What acts change.
const (
	OnFlag   EffectOn = "flag"
	OnRule   EffectOn = "rule" // of the gate
	OnName   EffectOn = "name"
	OnSwitch EffectOn = "switch"
	OnReport EffectOn = "report"
	OnLabel  EffectOn = "label" // its definition
	OnTrust  EffectOn = "trust" // in an account's reports
)

// Effect is one thing as it was before an act and as it is after. Undoing an act
// writes Before where After still stands.
type Effect struct {
	On     EffectOn `json:"on"`
	Object string   `json:"object"`           // as people read it: project:demo/1.0
	Level  Level    `json:"level,omitempty"`  // of a flag: what it stands on
	ID     int64    `json:"id,omitempty"`     // of a flag: the key of that; of trust: the account's
	Key    string   `json:"key"`              // the flag's kind, the rule's hash, the name, the switch, the report's uid, the label
	Before string   `json:"before,omitempty"` // the whole thing as JSON, empty for not there
	After  string   `json:"after,omitempty"`

	// Aside is an effect beside what the act is about: where something changed it
	// since, undoing leaves it as it is.
	Aside bool `json:"aside,omitempty"`
}
