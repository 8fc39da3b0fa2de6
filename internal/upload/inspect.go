package upload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sync/errgroup"

	"strongroom/internal/blob"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/packaging/inspect"
)

// inspectStage looks into the staged file, once.
func (a *Acceptor) inspectStage(ctx context.Context, in *incoming) (err error) {
	if in.inspected {
		return nil
	}
	if in.Rules, err = a.Rules.Get(ctx); err != nil {
		return err
	}
	file, err := in.stage.File()
	if err != nil {
		return err
	}
	defer file.Close()
	return in.inspect(ctx, a.Look, file)
}

// inspect reads what the archive says of itself. What is served comes from
// there, not from the form (AV-16). What is wrong with the archive is for the
// checks; the error says that it could not be looked into.
func (in *incoming) inspect(ctx context.Context, look Look, file *os.File) error {
	in.inspected = true
	report, err := look(ctx, file, inspect.Request{
		Filename: in.Filename, Project: in.Name, Limits: in.Policy.Limits, Texts: in.Rules.Texts(), Audit: in.Policy.AuditWheels,
	})
	var refusal *index.Error
	if err != nil && !errors.As(err, &refusal) {
		return fmt.Errorf("read the staged file: %w: %w", blob.ErrUnavailable, err)
	}
	if err != nil {
		return err
	}
	in.Archive, in.Hits, in.Audit = report.Contents, report.Hits, report.Audit
	for _, e := range report.Refusals {
		in.ArchiveErr = errors.Join(in.ArchiveErr, e)
	}
	for _, w := range report.Contents.Warnings {
		in.Warn("%s.", strings.TrimSuffix(w.Error(), "."))
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
