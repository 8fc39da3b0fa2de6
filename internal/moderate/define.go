package moderate

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

var labelKey = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// DefineLabel defines a label, or changes how one is shown (ST-12).
func (a *Actions) DefineLabel(ctx context.Context, v *access.Visitor, l index.Label) (act index.Act, err error) {
	err = a.do(ctx, v, access.AdministerSite, func(tx *change.Tx, _ *access.Visitor) error {
		act, err = DefineLabel(ctx, tx, l)
		return err
	})
	return act, err
}

// DefineLabel defines a label, or changes how one is shown. Where it is so
// already nothing is done, and the act is zero.
func DefineLabel(ctx context.Context, tx *change.Tx, l index.Label) (index.Act, error) {
	if err := checkLabel(l); err != nil {
		return index.Act{}, err
	}
	before, _, err := tx.Label(ctx, l.Key)
	if err != nil {
		return index.Act{}, err
	}
	l.CreatedBy, l.CreatedAt = tx.Actor.Username, tx.Now
	tx.Event(index.Event{Action: index.EventLabelPut, Object: "label:" + l.Key, Before: before.Text, After: l.Text})
	return redefine(ctx, tx, index.ActDefine, l.Key, func() error { return tx.PutLabel(ctx, l) })
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
func (a *Actions) DropLabel(ctx context.Context, v *access.Visitor, key string) (act index.Act, err error) {
	err = a.do(ctx, v, access.AdministerSite, func(tx *change.Tx, _ *access.Visitor) error {
		act, err = DropLabel(ctx, tx, key)
		return err
	})
	return act, err
}

// DropLabel takes the definition of a label away.
func DropLabel(ctx context.Context, tx *change.Tx, key string) (index.Act, error) {
	tx.Event(index.Event{Action: index.EventLabelRemove, Object: "label:" + key})
	return redefine(ctx, tx, index.ActDrop, key, func() error {
		found, err := tx.RemoveLabel(ctx, key)
		if err == nil && !found {
			err = bad("There is no label %q.", key)
		}
		return err
	})
}

// redefine is the act of changing the definition of a label.
func redefine(ctx context.Context, tx *change.Tx, kind index.ActKind, key string, fn func() error) (index.Act, error) {
	l := open(ctx, tx, kind, "label:"+key, "", "")
	if err := l.change(index.Effect{On: index.OnLabel, Object: l.act.Object, Key: key}, fn); err != nil {
		return index.Act{}, err
	}
	return l.closeAny()
}
