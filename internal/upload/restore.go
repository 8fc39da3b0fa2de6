package upload

import (
	"context"
	"time"

	"strongroom/internal/blob"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// restore is step 9 for the very bytes of a deleted file: its deletion is undone,
// and nothing else of it changes (SD-10). Bytes that were purged are stored
// again.
func (a *Acceptor) restore(ctx context.Context, tx *change.Tx, in *incoming) (index.File, error) {
	f := in.Facts.File
	if err := in.sameMetadata(f); err != nil {
		return f, err
	}
	if err := a.referBlobs(ctx, tx, in); err != nil {
		return f, err
	}
	if !f.PurgedAt.IsZero() {
		if err := tx.SetPurged(ctx, f.ID, time.Time{}, ""); err != nil {
			return f, err
		}
		if err := tx.RecountProject(ctx, f.ProjectID); err != nil {
			return f, err
		}
	}
	s, err := standing.In(ctx, tx.Q, in.Facts.Project, standing.Place{File: f.Filename})
	if err != nil {
		return f, err
	}
	deletion, _ := s.Now.Get(index.Deleted)
	if err := standing.Clear(ctx, tx, s, index.Deleted); err != nil {
		return f, err
	}
	return f, a.Restored(ctx, tx, s, deletion)
}

// sameMetadata refuses to bring back a purged file whose metadata this version
// would take out of it in another way: what is served must be what was.
func (in *incoming) sameMetadata(f index.File) error {
	now := ""
	if in.servesMetadata() {
		now = string(blob.KeyOf(in.Archive.Metadata))
	}
	if f.PurgedAt.IsZero() || now == f.MetadataSHA256 {
		return nil
	}
	return index.Refuse(index.CodeFilenameReuse, "This filename was previously used by a file that has since been deleted, whose metadata were read in another way ('%s'). Use a different version.", f.Filename)
}
