package upload

import (
	"context"
	"io"
	"os"

	"strongroom/internal/blob"
)

// OpenStored gives a stored blob as an open file, which the sandbox needs: the
// bucket's own, or a staged copy. The caller closes it.
func OpenStored(ctx context.Context, bucket blob.Bucket, key blob.Key) (*os.File, error) {
	b, err := bucket.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	if f, ok := b.Content.(*os.File); ok {
		return f, nil
	}
	defer b.Content.Close()
	stage, err := bucket.Stage(ctx)
	if err != nil {
		return nil, err
	}
	defer stage.Discard()
	if _, err := io.Copy(stage, b.Content); err != nil {
		return nil, err
	}
	return stage.File()
}
