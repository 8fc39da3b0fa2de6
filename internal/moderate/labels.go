package moderate

import (
	"context"
	"regexp"
	"slices"
	"strings"
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

var labelKey = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// DefineLabel defines a label, or changes how one is shown (ST-12).
func (a *Actions) DefineLabel(ctx context.Context, v *access.Visitor, l index.Label) error {
	return a.do(ctx, v, access.AdministerSite, func(tx *change.Tx, v *access.Visitor) error {
		if err := checkLabel(l); err != nil {
			return err
		}
		before, _, err := tx.Label(ctx, l.Key)
		if err != nil {
			return err
		}
		l.CreatedBy, l.CreatedAt = v.User.Username, tx.Now
		tx.Event(index.Event{Action: index.EventLabelPut, Object: "label:" + l.Key, Before: before.Text, After: l.Text})
		return tx.PutLabel(ctx, l)
	})
}

func checkLabel(l index.Label) error {
	if !labelKey.MatchString(l.Key) {
		return bad("A label is 1 to 40 small letters, digits and hyphens; %q is not.", l.Key)
	}
	if _, taken := index.KindOf(l.Key); taken {
		return bad("%q is a flag; choose another word for the label.", l.Key)
	}
	if !slices.Contains(index.LabelColours(), l.Colour) {
		return bad("The colour is one of %s.", strings.Join(index.LabelColours(), ", "))
	}
	if l.Text == "" {
		return bad("Say in a few words what the label means.")
	}
	return standing.CheckReason(l.Text)
}

// DropLabel takes the definition of a label away; where it was set stays on
// record.
func (a *Actions) DropLabel(ctx context.Context, v *access.Visitor, key string) error {
	return a.do(ctx, v, access.AdministerSite, func(tx *change.Tx, _ *access.Visitor) error {
		found, err := tx.RemoveLabel(ctx, key)
		if err == nil && !found {
			err = bad("There is no label %q.", key)
		}
		tx.Event(index.Event{Action: index.EventLabelRemove, Object: "label:" + key})
		return err
	})
}

// SetLabel puts a label on things, until a time or for ever; reason is shown
// with it, note is private. It counts those it stands on now.
func (a *Actions) SetLabel(ctx context.Context, v *access.Visitor, on []Thing, f index.Flag, note string) (n int, err error) {
	return a.each(ctx, v, on, func(tx *change.Tx, s standing.Subject) (bool, error) {
		err := setLabel(ctx, tx, s, f, note)
		return err == nil, err
	})
}

// ClearLabel takes a label off things, and counts them. Things without it are
// passed over: somebody else was faster.
func (a *Actions) ClearLabel(ctx context.Context, v *access.Visitor, from []Thing, key string) (n int, err error) {
	return a.each(ctx, v, from, func(tx *change.Tx, s standing.Subject) (bool, error) { return clearLabel(ctx, tx, s, key) })
}

// LabelPart is SetLabel for a project, release or file by its names. It says
// which that is.
func (a *Actions) LabelPart(ctx context.Context, v *access.Visitor, project string, on standing.Place, f index.Flag, note string) (thing Thing, err error) {
	err = a.onSubject(ctx, v, project, on, func(tx *change.Tx, s standing.Subject) error {
		thing = Thing{s.Level, s.ID}
		return setLabel(ctx, tx, s, f, note)
	})
	return thing, err
}

// UnlabelPart is ClearLabel for a project, release or file by its names. It says
// which that is.
func (a *Actions) UnlabelPart(ctx context.Context, v *access.Visitor, project string, on standing.Place, key string) (thing Thing, err error) {
	err = a.onSubject(ctx, v, project, on, func(tx *change.Tx, s standing.Subject) error {
		thing = Thing{s.Level, s.ID}
		_, err := clearLabel(ctx, tx, s, key)
		return err
	})
	return thing, err
}

func setLabel(ctx context.Context, tx *change.Tx, s standing.Subject, f index.Flag, note string) error {
	if err := noFlag(f.Kind); err != nil {
		return err
	}
	_, err := standing.Set(ctx, tx, s, f, note)
	return err
}

// clearLabel reports whether the label stood there.
func clearLabel(ctx context.Context, tx *change.Tx, s standing.Subject, key string) (bool, error) {
	if err := noFlag(key); err != nil {
		return false, err
	}
	_, stands, err := tx.StandingFlag(ctx, s.Level, s.ID, key)
	if err != nil || !stands {
		return false, err
	}
	return true, standing.Clear(ctx, tx, s, key)
}

func noFlag(key string) error {
	if _, isFlag := index.KindOf(key); isFlag {
		return bad("%q is no label, but a flag.", key)
	}
	return nil
}

// each runs fn in one change on things that are there, and counts where it did
// something.
func (a *Actions) each(ctx context.Context, v *access.Visitor, on []Thing, fn func(tx *change.Tx, s standing.Subject) (bool, error)) (n int, err error) {
	if len(on) == 0 || len(on) > maxThings {
		return 0, bad("Choose 1 to %d things at a time.", maxThings)
	}
	err = a.do(ctx, v, access.Moderate, func(tx *change.Tx, v *access.Visitor) error {
		n = 0 // the change may run again
		for _, thing := range on {
			s, found, err := standing.FindByID(ctx, tx, thing.Level, thing.ID)
			if err != nil {
				return err
			}
			if !found {
				continue
			}
			if s.ProjectID != 0 {
				if err := mayMeet(ctx, tx, v.User, s.Name); err != nil {
					return err
				}
			}
			did, err := fn(tx, s)
			if err != nil {
				return err
			}
			if did {
				n++
			}
		}
		return nil
	})
	return n, err
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
