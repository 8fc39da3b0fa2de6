package moderate

import (
	"encoding/json"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// What an act keeps of each kind of thing. Two states are the same when their
// JSON is; the empty text is a thing that is not there.
type (
	flagState struct {
		Flag index.Flag `json:"flag"`
		Note string     `json:"note,omitempty"`
	}
	nameState struct {
		State      index.NameState `json:"state"`
		HeldUntil  time.Time       `json:"held_until,omitzero"`
		Note       string          `json:"note,omitempty"`
		Message    string          `json:"message,omitempty"`
		Successors []string        `json:"successors,omitempty"`
	}
	switchState struct {
		Note string `json:"note,omitempty"`
	}
	trustState  struct{}
	reportState struct {
		State     index.ReportState `json:"state"`
		DecidedBy string            `json:"decided_by,omitempty"`
		DecidedAt time.Time         `json:"decided_at,omitzero"`
		Note      string            `json:"note,omitempty"`
		Act       string            `json:"act,omitempty"`
	}
)

// read returns the state of the thing, and locks what writing it needs; hold is
// that for write.
func (l *ledger) read(e index.Effect) (state string, hold any, err error) {
	switch e.On {
	case index.OnFlag:
		return l.readFlag(e)
	case index.OnRule:
		r, found, err := l.tx.GateRule(l.ctx, index.RuleHash, e.Key)
		return text(found, r), nil, err
	case index.OnName:
		n, found, err := l.tx.LockName(l.ctx, e.Key)
		return text(found, nameState{n.State, n.HeldUntil, n.Note, n.Message, n.Successors}), n, err
	case index.OnSwitch:
		on, err := l.tx.Switches(l.ctx)
		note, found := on[e.Key]
		return text(found, switchState{note}), nil, err
	case index.OnReport:
		r, found, err := l.tx.LockReport(l.ctx, e.Key)
		return text(found, reportState{r.State, r.DecidedBy, r.DecidedAt, r.Note, r.Act}), r, err
	case index.OnLabel:
		label, found, err := l.tx.Label(l.ctx, e.Key)
		return text(found, label), nil, err
	case index.OnTrust:
		u, _, err := l.tx.LockUser(l.ctx, e.ID)
		return text(u.Trusted, trustState{}), nil, err
	}
	return "", nil, index.Refuse(index.CodeInternal, "An act cannot change a %q.", e.On)
}

func text(found bool, state any) string {
	if !found {
		return ""
	}
	b, err := json.Marshal(state)
	if err != nil { // states hold only texts and times
		panic(err)
	}
	return string(b)
}

func (l *ledger) readFlag(e index.Effect) (string, any, error) {
	s, found, err := standing.FindByID(l.ctx, l.tx, e.Level, e.ID)
	if err != nil || !found {
		return "", s, err
	}
	f, found, err := l.tx.StandingFlag(l.ctx, e.Level, e.ID, e.Key)
	return text(found, flagState{f.Flag, f.Note}), s, err
}

// write gives the thing the state.
func (l *ledger) write(e index.Effect, hold any, state string) error {
	switch e.On {
	case index.OnFlag:
		return l.writeFlag(e, hold.(standing.Subject), state)
	case index.OnRule:
		return l.writeRule(e, state)
	case index.OnName:
		return l.writeName(hold.(index.Name), state)
	case index.OnSwitch:
		var to switchState
		if err := parse(state, &to); err != nil {
			return err
		}
		return l.tx.Switch(l.ctx, e.Key, to.Note, state != "", l.tx.Actor, l.tx.Now.UnixMicro())
	case index.OnLabel:
		return l.writeLabel(e.Key, state)
	case index.OnTrust:
		return l.tx.SetTrusted(l.ctx, e.ID, state != "")
	}
	return l.writeReport(hold.(index.Report), state)
}

func parse(state string, into any) error {
	if state == "" {
		return nil
	}
	return json.Unmarshal([]byte(state), into)
}

func (l *ledger) writeFlag(e index.Effect, s standing.Subject, state string) error {
	if state == "" {
		return standing.Clear(l.ctx, l.tx, s, e.Key)
	}
	var to flagState
	if err := parse(state, &to); err != nil {
		return err
	}
	return standing.PutBack(l.ctx, l.tx, s, to.Flag, to.Note)
}

func (l *ledger) writeRule(e index.Effect, state string) error {
	l.rules = true
	if state == "" {
		_, err := l.tx.RemoveGateRule(l.ctx, index.RuleHash, e.Key)
		return err
	}
	var to index.GateRule
	if err := parse(state, &to); err != nil {
		return err
	}
	return l.tx.PutGateRule(l.ctx, to)
}

func (l *ledger) writeName(n index.Name, state string) error {
	to := nameState{State: index.NameActive}
	if err := parse(state, &to); err != nil {
		return err
	}
	n.State, n.HeldUntil, n.Note, n.Message, n.Successors = to.State, to.HeldUntil, to.Note, to.Message, to.Successors
	return l.tx.UpdateName(l.ctx, n)
}

func (l *ledger) writeLabel(key, state string) error {
	if state == "" {
		_, err := l.tx.RemoveLabel(l.ctx, key)
		return err
	}
	var to index.Label
	if err := parse(state, &to); err != nil {
		return err
	}
	return l.tx.PutLabel(l.ctx, to)
}

func (l *ledger) writeReport(r index.Report, state string) error {
	var to reportState
	if err := parse(state, &to); err != nil {
		return err
	}
	r.State, r.DecidedBy, r.DecidedAt, r.Note, r.Act = to.State, to.DecidedBy, to.DecidedAt, to.Note, to.Act
	return l.tx.UpdateReport(l.ctx, r)
}
