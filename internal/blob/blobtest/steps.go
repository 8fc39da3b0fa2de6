package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"strongroom/internal/blob"
)

// stageBytes opens a stage that holds data.
func stageBytes(ctx context.Context, b blob.Bucket, data []byte) (blob.Stage, error) {
	s, err := b.Stage(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(s, bytes.NewReader(data)); err != nil {
		return nil, errors.Join(err, s.Discard())
	}
	return s, nil
}

// check returns an error unless the blob under key is data.
func check(ctx context.Context, b blob.Bucket, key blob.Key, data []byte) error {
	got, err := b.Open(ctx, key)
	if err != nil {
		return err
	}
	defer got.Content.Close()
	read, err := io.ReadAll(got.Content)
	if err != nil || !bytes.Equal(read, data) || got.Size != int64(len(data)) {
		return fmt.Errorf("blob %s: read %d bytes (Size %d, %v), want the %d that were stored", key, len(read), got.Size, err, len(data))
	}
	return nil
}

func stage(t *testing.T, b blob.Bucket, data []byte) blob.Stage {
	t.Helper()
	s, err := stageBytes(t.Context(), b, data)
	if err != nil {
		t.Fatalf("stage: %v", err)
	}
	return s
}

// commit stores data by way of a stage.
func commit(t *testing.T, b blob.Bucket, data []byte) blob.Key {
	t.Helper()
	s := stage(t, b, data)
	defer s.Discard()
	key := blob.KeyOf(data)
	if err := b.Commit(t.Context(), s, key); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	return key
}

func open(t *testing.T, b blob.Bucket, key blob.Key) blob.Blob {
	t.Helper()
	got, err := b.Open(t.Context(), key)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return got
}

func want(t *testing.T, b blob.Bucket, key blob.Key, data []byte) {
	t.Helper()
	if err := check(t.Context(), b, key, data); err != nil {
		t.Error(err)
	}
}

func wantNone(t *testing.T, b blob.Bucket, key blob.Key) {
	t.Helper()
	got, err := b.Open(t.Context(), key)
	if err == nil {
		got.Content.Close()
	}
	if !errors.Is(err, blob.ErrNotExist) {
		t.Errorf("Open(%s) = %v, want ErrNotExist", key, err)
	}
}
