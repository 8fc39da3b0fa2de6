package standing

import (
	"context"
	"slices"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// PurgeJob is the kind of the queued work that unlinks the bytes of what was
// purged.
const PurgeJob = "purge"

// Purge records that the bytes of a thing, which must be deleted or removed, are
// gone for good, and condemns those that no other file has (SD-21, SD-23). It
// returns their keys. The bytes are unlinked by a job after the change: whatever
// is interrupted, the rows never promise bytes that are not there.
func Purge(ctx context.Context, tx *change.Tx, s Subject, category, reason string) (removed []string, err error) {
	if err := mayPurge(ctx, tx, s, category, reason); err != nil {
		return nil, err
	}
	files, err := tx.StoredIn(ctx, s.Level, s.ID)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, index.Refuse(index.CodeInvalidForm, "%s has no bytes left.", s)
	}
	for _, f := range files {
		if err := tx.SetPurged(ctx, f.ID, tx.Now, category); err != nil {
			return nil, err
		}
	}
	if removed, err = condemn(ctx, tx, files); err != nil {
		return nil, err
	}
	holds, err := holdsName(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	if holds {
		tx.Journal(s.Name, s.Version, strings.TrimSpace("purge "+string(s.Level)+" "+s.File))
	}
	tx.Event(index.Event{Action: string(s.Level) + ":purge", Object: s.String(), After: category, Reason: reason})
	if err := tx.RecountProject(ctx, s.ProjectID); err != nil {
		return nil, err
	}
	return removed, tx.Enqueue(PurgeJob, nil, "", tx.Now)
}

func mayPurge(ctx context.Context, tx *change.Tx, s Subject, category, reason string) error {
	if !slices.Contains(index.PurgeCategories(), category) {
		return index.Refuse(index.CodeInvalidForm, "%q is no reason to purge. It may be %s.", category, strings.Join(index.PurgeCategories(), ", "))
	}
	if err := CheckReason(reason); err != nil {
		return err
	}
	p, _, err := tx.ProjectByID(ctx, s.ProjectID)
	if err != nil {
		return err
	}
	levels, err := Levels(ctx, tx.Q, p, s)
	if err != nil {
		return err
	}
	for _, at := range levels {
		for _, f := range at.Standing {
			if removes(f.Kind) {
				return nil
			}
		}
	}
	return index.Refuse(index.CodeInvalidForm, "%s is there. Delete or remove it before its bytes are purged.", s)
}

// condemn marks the blobs that no file needs any more.
func condemn(ctx context.Context, tx *change.Tx, files []database.Stored) (removed []string, err error) {
	for _, f := range files {
		for _, sha256 := range []string{f.SHA256, f.MetadataSHA256} {
			if sha256 == "" || slices.Contains(removed, sha256) {
				continue
			}
			gone, err := tx.CondemnPurged(ctx, sha256, tx.Now.UnixMicro())
			if err != nil {
				return nil, err
			}
			if gone {
				removed = append(removed, sha256)
			}
		}
	}
	return removed, nil
}
