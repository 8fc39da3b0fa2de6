package maintain

import (
	"context"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/pep440"
	"strongroom/internal/standing"
)

// month is how far back downloads count.
const month = 30 * 24 * time.Hour

// The policies on deletion by owners (SD-5). The zero value allows it.
const (
	DeleteAllowed = "allowed"
	DeleteWindow  = "window"
	DeleteNever   = "admins-only"
)

// DeletionPolicy is what the operator set about deletion by owners.
type DeletionPolicy struct {
	Policy    string
	MaxAge    time.Duration // of DeleteWindow: how old a thing may be
	Downloads int64         // of DeleteWindow: an older one may have so many in 30 days
	Restore   time.Duration // how long owners may undo it, 0 not at all
}

// mayDelete refuses a deletion by owners: while the switch is on, of what
// administrators hold, of what is deleted, and where the policy says no.
func (a *Actions) mayDelete(ctx context.Context, q database.Q, p index.Project, s standing.Subject, now time.Time) error {
	on, err := q.Switches(ctx)
	if err != nil {
		return err
	}
	if note, off := on[index.SwitchNoDeletion]; off {
		return index.Refuse(index.CodeDeletionDisabled, "Deletion is temporarily disabled by the administrators. %sYanking works: installers then pass over the release.", sentence(note))
	}
	if err := freeToDelete(ctx, q, p, s); err != nil {
		return err
	}
	return a.Deletions.allows(ctx, q, s, now)
}

// sentence is a note with a space behind it, nothing for none.
func sentence(note string) string {
	if note == "" {
		return ""
	}
	return note + " "
}

// allows asks the policy. Pre-releases may always go.
func (d DeletionPolicy) allows(ctx context.Context, q database.Q, s standing.Subject, now time.Time) error {
	switch d.Policy {
	case DeleteNever:
		return index.Refuse(index.CodeDeletionPolicy, "Only administrators delete here. Yank the release instead: installers then pass over it, and nobody's pinned version breaks.")
	case DeleteWindow:
		return d.withinWindow(ctx, q, s, now)
	}
	return nil
}

func (d DeletionPolicy) withinWindow(ctx context.Context, q database.Q, s standing.Subject, now time.Time) error {
	if v, err := pep440.Parse(s.Version); err == nil && v.IsPrerelease() {
		return nil
	}
	extent, err := q.ExtentOf(ctx, s.Level, s.ID)
	if err != nil || now.Sub(extent.CreatedAt) <= d.MaxAge {
		return err
	}
	n, err := q.DownloadsSince(ctx, s.Level, s.ID, now.Add(-month))
	if err != nil || n <= d.Downloads {
		return err
	}
	return index.Refuse(index.CodeDeletionPolicy, "The %s is older than %d hours and was downloaded %d times in 30 days; more than %d is too much to delete it. Yank it instead: installers then pass over it, and nobody's pinned version breaks.",
		s.Level, int(d.MaxAge.Hours()), n, d.Downloads)
}

// freeToDelete refuses what administrators hold or what is deleted: the thing
// itself, what it is part of, and what is in it (SD-4).
func freeToDelete(ctx context.Context, q database.Q, p index.Project, s standing.Subject) error {
	levels, err := standing.Levels(ctx, q, p, s)
	if err != nil {
		return err
	}
	if f, held := heldBy(levels); held {
		return index.Refuse(index.CodeLocked, "%s cannot be deleted by its owners: administrators set the flag %q. Ask them.", s, f.Kind)
	}
	for _, at := range levels {
		if f, ok := at.Standing.Get(index.Deleted); ok {
			return index.Refuse(deletedCode(at.Level), "The %s was deleted on %s already.", at.Level, f.Since.Format("2006-01-02"))
		}
	}
	what, err := q.HeldWithin(ctx, s.Level, s.ID)
	if err == nil && what != "" {
		err = index.Refuse(index.CodeLocked, "%s cannot be deleted by its owners: administrators hold %s, which is part of it. Ask them.", s, what)
	}
	return err
}

// heldBy finds a flag with which administrators hold something (SN-2).
func heldBy(levels []index.At) (index.Flag, bool) {
	for _, at := range levels {
		for _, f := range at.Standing {
			if k, ok := index.KindOf(f.Kind); ok && k.Side == index.ByAdministrator && k.RefusesUpload != "" && !f.Pending {
				return f, true
			}
		}
	}
	return index.Flag{}, false
}

func deletedCode(level index.Level) index.Code {
	switch level {
	case index.OnProject:
		return index.CodeProjectDeleted
	case index.OnRelease:
		return index.CodeReleaseDeleted
	}
	return index.CodeFileDeleted
}
