package moderate

import (
	"context"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// maxThings bounds what one form labels, so that one change does not hold the
// names of the whole index.
const maxThings = 200

// Thing is what a label stands on, by the key of its row.
type Thing struct {
	Level index.Level
	ID    int64
}

// SetLabel puts a label on things, until a time or for ever; reason is shown
// with it, note is private. It counts those it stands on now.
func (a *Actions) SetLabel(ctx context.Context, v *access.Visitor, on []Thing, f index.Flag, note string) (n int, act index.Act, err error) {
	return a.each(ctx, v, on, index.ActLabel, f, note)
}

// ClearLabel takes a label off things, and counts them. Things without it are
// passed over: somebody else was faster. Where there was none, nothing was done,
// and the act is zero.
func (a *Actions) ClearLabel(ctx context.Context, v *access.Visitor, from []Thing, key string) (n int, act index.Act, err error) {
	return a.each(ctx, v, from, index.ActUnlabel, index.Flag{Kind: key}, "")
}

// LabelPart is SetLabel for a project, release or file by its names.
func (a *Actions) LabelPart(ctx context.Context, v *access.Visitor, project string, on standing.Place, f index.Flag, note string) (act index.Act, err error) {
	err = a.onSubject(ctx, v, project, on, func(tx *change.Tx, s standing.Subject) error {
		act, err = relabel(ctx, tx, index.ActLabel, []standing.Subject{s}, f, note)
		return err
	})
	return act, err
}

// UnlabelPart is ClearLabel for a project, release or file by its names.
func (a *Actions) UnlabelPart(ctx context.Context, v *access.Visitor, project string, on standing.Place, key string) (act index.Act, err error) {
	err = a.onSubject(ctx, v, project, on, func(tx *change.Tx, s standing.Subject) error {
		act, err = relabel(ctx, tx, index.ActUnlabel, []standing.Subject{s}, index.Flag{Kind: key}, "")
		return err
	})
	return act, err
}

// relabel is one act: it sets a label on all subjects, or clears it. When there
// is nothing to clear the act is zero, and is not kept. With many subjects each
// is undone as far as nobody changed it since.
func relabel(ctx context.Context, tx *change.Tx, kind index.ActKind, on []standing.Subject, f index.Flag, note string) (index.Act, error) {
	if _, isFlag := index.KindOf(f.Kind); isFlag {
		return index.Act{}, bad("%q is no label, but a flag.", f.Kind)
	}
	l := open(ctx, tx, kind, "label:"+f.Kind, "", f.Reason)
	if len(on) == 1 {
		if l.act.Object = on[0].String(); on[0].ProjectID != 0 {
			l.act.Name = on[0].Name
		}
	}
	for _, s := range on {
		if err := l.relabel(s, f, note, len(on) > 1); err != nil {
			return index.Act{}, err
		}
	}
	return l.closeAny()
}

func (l *ledger) relabel(s standing.Subject, f index.Flag, note string, aside bool) error {
	if l.act.Kind == index.ActLabel {
		return l.setFlag(s, f, note, aside)
	}
	_, stands, err := l.tx.StandingFlag(l.ctx, s.Level, s.ID, f.Kind)
	if err != nil || !stands {
		return err
	}
	return l.clearFlag(s, f.Kind, aside)
}

// each relabels things that are there, and counts where that did something.
func (a *Actions) each(ctx context.Context, v *access.Visitor, on []Thing, kind index.ActKind, f index.Flag, note string) (n int, act index.Act, err error) {
	if len(on) == 0 || len(on) > maxThings {
		return 0, act, bad("Choose 1 to %d things at a time.", maxThings)
	}
	err = a.do(ctx, v, access.Moderate, func(tx *change.Tx, v *access.Visitor) error {
		subjects, err := find(ctx, tx, v, on)
		if err != nil {
			return err
		}
		act, err = relabel(ctx, tx, kind, subjects, f, note)
		n = len(act.Effects)
		return err
	})
	return n, act, err
}

// find looks up the things that are there, if the visitor may know of them.
func find(ctx context.Context, tx *change.Tx, v *access.Visitor, things []Thing) (out []standing.Subject, err error) {
	for _, thing := range things {
		s, found, err := standing.FindByID(ctx, tx, thing.Level, thing.ID)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		if s.ProjectID != 0 {
			if err := mayMeet(ctx, tx, v.User, s.Name); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// Until reads the day that a form names, the end of which is meant; zero for none.
func Until(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse("2006-01-02", day)
	if err != nil {
		return t, bad("%q is no day such as 2026-05-01.", day)
	}
	return t.AddDate(0, 0, 1), nil
}
