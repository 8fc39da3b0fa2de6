package maintain

import (
	"context"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Retention purges the bytes of what owners deleted long ago (SD-22). What they
// may restore still, and what administrators hold, is left alone.
type Retention struct {
	Recorder *change.Recorder
	After    time.Duration
}

// Run purges what is due, each deletion in a change of its own.
func (r *Retention) Run(ctx context.Context) error {
	for last := int64(0); ; {
		due, err := r.Recorder.DB.DeletionsDue(ctx, r.Recorder.Clock(), r.After, last, 100)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, f := range due {
			if err := r.purge(ctx, f.Level, f.SubjectID); err != nil {
				return err
			}
			last = f.ID
		}
	}
}

// purge looks again under the lock: it may have been restored meanwhile.
func (r *Retention) purge(ctx context.Context, level index.Level, id int64) error {
	return r.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error {
		s, found, err := standing.FindByID(ctx, tx, level, id)
		if err != nil || !found {
			return err
		}
		p, _, err := tx.ProjectByID(ctx, s.ProjectID)
		if err != nil {
			return err
		}
		levels, err := standing.Levels(ctx, tx.Q, p, s)
		if err != nil {
			return err
		}
		within, err := tx.HeldWithin(ctx, level, id)
		if err != nil {
			return err
		}
		_, deleted := s.Now.Get(index.Deleted)
		if _, held := heldBy(levels); held || within != "" || !deleted {
			return nil
		}
		_, err = Purge(ctx, tx, s, "retention", "")
		return err
	})
}

// NameRelease frees the names of projects that were deleted long ago, where the
// operator wants that (SD-15). Versions and filenames stay used (SD-9, SD-12).
// What administrators hold keeps its name: that of malware must say so for ever
// (SN-4), and nobody else may publish under it.
type NameRelease struct {
	Recorder *change.Recorder
	After    time.Duration
}

// Run frees what is due, each name in a change of its own.
func (r *NameRelease) Run(ctx context.Context) error {
	names, err := r.Recorder.DB.NamesDeletedBefore(ctx, r.Recorder.Clock().Add(-r.After))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := r.free(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (r *NameRelease) free(ctx context.Context, name string) error {
	return r.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error {
		row, found, err := tx.LockName(ctx, name)
		if err != nil || !found || row.State != index.NameDeleted {
			return err
		}
		if kept, err := keepsName(ctx, tx, row.ProjectID); err != nil || kept {
			return err
		}
		row.State, row.ProjectID = index.NameActive, 0
		tx.Event(index.Event{Action: index.EventNameRelease, Object: "name:" + name})
		tx.Journal(name, "", "release name")
		if err := rewriteDocs(tx); err != nil {
			return err
		}
		return tx.UpdateName(ctx, row)
	})
}

// keepsName reports whether a deleted project, or what is in it, is held by
// administrators, or was deleted for a reason that only they take back.
func keepsName(ctx context.Context, tx *change.Tx, projectID int64) (bool, error) {
	p, _, err := tx.ProjectByID(ctx, projectID)
	if err != nil {
		return false, err
	}
	f, _ := p.Standing.Get(index.Deleted)
	if _, held := heldBy([]index.At{{Level: index.OnProject, Standing: p.Standing}}); held || onlyAdministratorsRestore(f.Category) {
		return true, nil
	}
	within, err := tx.HeldWithin(ctx, index.OnProject, p.ID)
	return within != "", err
}
