package maintain

import (
	"context"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/packaging/pep440"
)

// reopened is how long a release takes files again.
const reopened = 24 * time.Hour

// Reopen lets a release that is too old take new files for a day (SD-14). It
// changes nothing else: the release stays as old as it is.
func (a *Actions) Reopen(ctx context.Context, v *access.Visitor, project index.Project, canonical string) (until time.Time, err error) {
	err = a.inProject(ctx, v, access.SetFlags, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		s, err := ownersSubject(ctx, tx, p, Place{Version: canonical})
		if err != nil {
			return err
		}
		if s.Level != index.OnRelease {
			return index.Refuse(index.CodeInvalidForm, "Say which release of %s takes files again.", p.DisplayName)
		}
		until = tx.Now.Add(reopened)
		tx.Event(index.Event{Action: index.EventReleaseReopen, Object: s.String(), After: until.Format(time.RFC3339)})
		if err := tx.SetOpenUntil(ctx, s.ID, until); err != nil {
			return err
		}
		return tellPeople(ctx, tx, s, notify.ReleaseReopened, notify.Data{Until: until}, true)
	})
	return until, err
}

// CanonicalVersion reads a version as somebody typed it.
func CanonicalVersion(text string) (string, error) {
	v, err := pep440.Parse(text)
	if err != nil {
		return "", index.Refuse(index.CodeInvalidForm, "%q is no version: %s.", text, err)
	}
	return v.Canonical(), nil
}
