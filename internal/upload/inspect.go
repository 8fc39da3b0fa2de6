package upload

import (
	"context"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"strongroom/internal/blob"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/dist"
)

// inspect is step 7: it reads what the archive says of itself, once. What is
// served comes from there, not from the form (AV-16). What is wrong with the
// archive is for the checks; the error says that its bytes cannot be read.
func (in *incoming) inspect(r io.ReaderAt, size int64) error {
	if in.inspected {
		return nil
	}
	in.inspected = true
	in.Archive, in.ArchiveErr = dist.Read(r, size, in.Dist, dist.Default())
	if in.ArchiveErr != nil && dist.ArchiveErrors(in.ArchiveErr) == nil {
		return fmt.Errorf("read the staged file: %w: %w", blob.ErrUnavailable, in.ArchiveErr)
	}
	if in.Archive.Metadata == nil {
		return nil
	}
	in.File, in.FileErr = coremeta.Parse(in.Archive.Metadata)
	for _, w := range in.File.Warnings() {
		in.Warn("%s", w.Message)
	}
	return nil
}

// servesMetadata reports whether `.metadata` stands beside the file: for every
// wheel, and for source distributions whose metadata are final (PEP 643).
func (in *incoming) servesMetadata() bool {
	return in.Dist.Kind == dist.Wheel || in.File.MetadataVersion >= "2.2"
}

// store is step 8: both blobs durable under their hashes before any row names
// them (P4). They wait for the disk together.
func (a *Acceptor) store(ctx context.Context, in *incoming) error {
	var both errgroup.Group
	if in.servesMetadata() {
		both.Go(func() error { return a.Bucket.Put(ctx, blob.KeyOf(in.Archive.Metadata), in.Archive.Metadata) })
	}
	both.Go(func() error { return a.Bucket.Commit(ctx, in.stage, in.Digests.Key()) })
	return both.Wait()
}
