package upload

import (
	"context"

	"strongroom/internal/blob"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/dist"
)

// inspect is step 7: it reads what the archive says of itself. What is served
// comes from there, not from the form (AV-16).
func (a *Acceptor) inspect(in *incoming) {
	in.Archive, in.ArchiveErr = dist.Read(in.stage, in.stage.Size(), in.Dist, dist.DefaultLimits())
	if in.Archive.Metadata == nil {
		return
	}
	in.File, in.FileErr = coremeta.Parse(in.Archive.Metadata)
	for _, w := range in.File.Warnings() {
		in.Warn("%s", w.Message)
	}
}

// servesMetadata reports whether `.metadata` stands beside the file: for every
// wheel, and for source distributions whose metadata are final (PEP 643).
func (in *incoming) servesMetadata() bool {
	return in.Dist.Kind == dist.Wheel || in.File.MetadataVersion >= "2.2"
}

// store is step 8: both blobs durable under their hashes before any row names
// them (P4).
func (a *Acceptor) store(ctx context.Context, in *incoming) error {
	if in.servesMetadata() {
		if err := a.Bucket.Put(ctx, blob.KeyOf(in.Archive.Metadata), in.Archive.Metadata); err != nil {
			return err
		}
	}
	return a.Bucket.Commit(ctx, in.stage, in.Digests.Key())
}
