package moderate

import (
	"context"
	"slices"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/standing"
)

// Prohibit keeps a name that no project holds from being registered. Whoever
// asks for it is told the message and the successors (ST-6); note is private.
func Prohibit(ctx context.Context, tx *change.Tx, name, message string, successors []string, note string) (index.Act, error) {
	return setName(ctx, tx, name, index.ActProhibit, func(n *index.Name) {
		n.State, n.Message, n.Successors, n.Note = index.NameProhibited, message, successors, note
	})
}

// Allow lets a name that is prohibited or reserved be registered again.
func Allow(ctx context.Context, tx *change.Tx, name, note string) (index.Act, error) {
	return setName(ctx, tx, name, index.ActAllow, func(n *index.Name) {
		n.State, n.Message, n.Successors, n.Note = index.NameActive, "", nil, note
		if n.HadFiles {
			n.State = index.NameDeleted
		}
	})
}

func setName(ctx context.Context, tx *change.Tx, text string, kind index.ActKind, set func(*index.Name)) (index.Act, error) {
	if !packaging.ValidName(text) {
		return index.Act{}, bad("%q is not a project name.", text)
	}
	name := packaging.NormalizeName(text)
	row := index.Name{Name: name, LookAlike: packaging.LookAlike(name), State: index.NameActive, CreatedAt: tx.Now}
	if _, err := tx.ClaimName(ctx, row); err != nil {
		return index.Act{}, err
	}
	row, _, err := tx.LockName(ctx, name)
	if err != nil {
		return index.Act{}, err
	}
	if row.ProjectID != 0 {
		return index.Act{}, bad("The project %s holds the name; quarantine or remove it instead.", name)
	}
	if kind == index.ActAllow && row.State != index.NameProhibited && row.State != index.NameReserved {
		return index.Act{}, index.Refuse(index.CodeActOvertaken, "The name %s is neither prohibited nor reserved.", name)
	}
	set(&row)
	if err := checkNameTexts(ctx, tx, row); err != nil {
		return index.Act{}, err
	}
	event := map[index.ActKind]string{index.ActProhibit: index.EventNameProhibit, index.ActAllow: index.EventNameFree}[kind]
	tx.Event(index.Event{Action: event, Object: "name:" + name, After: row.Message, Reason: row.Note})
	tx.Touch(name) // what is answered to who asks for it
	l := open(ctx, tx, kind, "name:"+name, name, row.Message)
	e := index.Effect{On: index.OnName, Object: "name:" + name, Key: name}
	if err := l.change(e, func() error { return tx.UpdateName(ctx, row) }); err != nil {
		return index.Act{}, err
	}
	return l.close()
}

func checkNameTexts(ctx context.Context, tx *change.Tx, n index.Name) error {
	if err := standing.CheckReason(n.Message); err != nil {
		return err
	}
	return standing.CheckSuccessors(ctx, tx.Q, n.Name, n.Successors)
}

// Switch turns a run-time switch; note is what people who are refused should
// know. It holds from the next request on, on all nodes (FN-4).
func Switch(ctx context.Context, tx *change.Tx, name string, on bool, note string) (index.Act, error) {
	if !slices.Contains(index.SwitchNames(), name) {
		return index.Act{}, bad("There is no switch %q; the switches are %s.", name, strings.Join(index.SwitchNames(), ", "))
	}
	if err := standing.CheckReason(note); err != nil {
		return index.Act{}, err
	}
	to := map[bool]string{false: "off", true: "on"}[on]
	tx.Event(index.Event{Action: index.EventSwitch, Object: "switch:" + name, After: to, Reason: note})
	l := open(ctx, tx, index.ActSwitch, "switch:"+name, "", note)
	e := index.Effect{On: index.OnSwitch, Object: "switch:" + name, Key: name}
	if err := l.change(e, func() error { return tx.Switch(ctx, name, note, on, tx.Actor, tx.Now.UnixMicro()) }); err != nil {
		return index.Act{}, err
	}
	return l.close()
}
