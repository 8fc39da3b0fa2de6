package ops_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/blob/blobtest"
	"strongroom/internal/database"
	"strongroom/internal/ops"
)

func sweeper(s *apptest.Server, age time.Duration) *ops.Sweeper {
	return &ops.Sweeper{DB: s.DB, Bucket: s.Bucket, Clock: time.Now, Age: age}
}

// orphan stores bytes that no row names.
func orphan(t testing.TB, s *apptest.Server, data []byte) blob.Key {
	t.Helper()
	key := blob.KeyOf(data)
	if err := s.Bucket.Put(context.Background(), key, data); err != nil {
		t.Fatal(err)
	}
	return key
}

func has(t testing.TB, s *apptest.Server, key blob.Key) bool {
	t.Helper()
	b, err := s.Bucket.Open(context.Background(), key)
	if err != nil {
		return false
	}
	b.Content.Close()
	return true
}

func TestSweepRemovesOldOrphans(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		d := apptest.Wheel("demo", "1.0", "x")
		s.MustUpload(d)
		key := orphan(t, s, []byte("left behind"))
		if n, err := sweeper(s, time.Hour).Sweep(t.Context()); n != 0 || err != nil || !has(t, s, key) {
			t.Errorf("a young orphan: %d removed, %v", n, err)
		}
		if n, err := sweeper(s, 0).Sweep(t.Context()); n != 1 || err != nil || has(t, s, key) {
			t.Errorf("an old orphan: %d removed, %v", n, err)
		}
		if !has(t, s, blob.Key(d.SHA256())) || !has(t, s, blob.KeyOf([]byte(d.Metadata))) {
			t.Error("the sweep removed bytes of a file")
		}
		run(s.Config.Data, "fsck").want(t, 0)
	})
}

// TestSweepFinishesWhatACrashLeft: between the steps the row is condemned, and
// the bytes are there or not.
func TestSweepFinishesWhatACrashLeft(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		there, gone := orphan(t, s, []byte("there")), blob.KeyOf([]byte("gone"))
		for _, key := range []blob.Key{there, gone} {
			if err := s.DB.Write(t.Context(), func(tx *database.Tx) error {
				_, err := tx.Condemn(t.Context(), string(key), 5, 1)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		if got := run(s.Config.Data, "fsck", "--json").want(t, 0); got.stdout == "" {
			t.Error("fsck says nothing")
		}
		if n, err := sweeper(s, time.Hour).Sweep(t.Context()); n != 2 || err != nil || has(t, s, there) {
			t.Errorf("%d finished, %v", n, err)
		}
		if left, err := s.DB.Condemned(t.Context()); len(left) != 0 || err != nil {
			t.Errorf("still condemned: %v, %v", left, err)
		}
	})
}

// TestSweepThatCannotUnlink: an unlink that failed may have happened. The row
// stays condemned, and an upload of the same bytes stores them again.
func TestSweepThatCannotUnlink(t *testing.T) {
	s := apptest.Start(t)
	d := apptest.Wheel("demo", "1.0", "x")
	key := orphan(t, s, d.Body)
	faulty := blobtest.NewFaulty(t, s.Bucket)
	faulty.Fail(blobtest.Each(blobtest.OpDelete, blobtest.Done), nil)
	broken := sweeper(s, 0)
	broken.Bucket = faulty
	if n, err := broken.Sweep(t.Context()); n != 0 || err == nil {
		t.Errorf("%d removed, %v", n, err)
	}
	s.MustUpload(d)
	if n, err := sweeper(s, 0).Sweep(t.Context()); n != 0 || err != nil || !has(t, s, key) {
		t.Errorf("%d removed, %v", n, err)
	}
	run(s.Config.Data, "fsck").want(t, 0)
}

// hot is a bucket of which only the blobs in play are listed, so that sweeps
// come round to them again and again while they are uploaded.
type hot struct {
	blob.Bucket
	mu   sync.Mutex
	keys []blob.Key
}

// play adds blobs to those in play; the oldest drop out.
func (h *hot) play(keys ...blob.Key) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keys = append(h.keys, keys...)
	h.keys = h.keys[max(0, len(h.keys)-16):]
}

// List implements blob.Bucket.
func (h *hot) List(ctx context.Context, visit func(blob.Info) error) error {
	h.mu.Lock()
	keys := slices.Clone(h.keys)
	h.mu.Unlock()
	for _, key := range keys {
		b, err := h.Open(ctx, key)
		if errors.Is(err, blob.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		b.Content.Close()
		if err := visit(blob.Info{Key: key, Size: b.Size, ModTime: b.ModTime}); err != nil {
			return err
		}
	}
	return nil
}

// TestSweepRacesUploads uploads bytes that are orphans at that moment, against
// sweeps without an age limit (design 2, P6): no acknowledged file loses its
// bytes, and no upload fails because of a sweep.
func TestSweepRacesUploads(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		each := 40
		if testing.Short() {
			each = 15
		}
		bucket := &hot{Bucket: s.Bucket}
		ctx, stop := context.WithCancel(t.Context())
		var removed atomic.Int64
		var sweeps, uploads sync.WaitGroup
		for range 2 {
			sweeps.Go(func() {
				for ctx.Err() == nil {
					one := &ops.Sweeper{DB: s.DB, Bucket: bucket, Clock: time.Now}
					n, err := one.Sweep(context.WithoutCancel(ctx))
					if err != nil {
						t.Error(err)
					}
					removed.Add(int64(n))
				}
			})
		}
		for u := range 4 {
			uploads.Go(func() {
				for i := 0; i < each || removed.Load() < 3 && i < 3*each; i++ { // until a few met
					uploadOrphan(t, s, bucket, fmt.Sprintf("demo%d", u), i)
				}
			})
		}
		uploads.Wait()
		stop()
		sweeps.Wait()
		t.Logf("%d blobs were removed meanwhile", removed.Load())
		if removed.Load() == 0 {
			t.Error("no sweep met an upload: the race was not run")
		}
		if got := run(s.Config.Data, "fsck", "--json").want(t, 0); got.stdout != "{\"problems\":[]}\n" {
			t.Errorf("fsck: %s", got.stdout)
		}
	})
}

// uploadOrphan uploads a wheel whose bytes lie there as an interrupted upload
// would leave them.
func uploadOrphan(t *testing.T, s *apptest.Server, bucket *hot, name string, i int) {
	d := apptest.Wheel(name, fmt.Sprintf("1.%d", i), "x")
	body := orphan(t, s, d.Body)
	bucket.play(body, orphan(t, s, []byte(d.Metadata)))
	if i%4 == 0 { // else a slow sweep may never meet one
		begun(t, s, body)
	}
	if r := s.Upload(s.Token, d); r.StatusCode != http.StatusOK {
		t.Errorf("%s: %s %s", d.Filename, r.Status, r.Text)
	}
}

// begun waits until a sweep has taken its first step on a blob, or its second; for two seconds at most.
func begun(t *testing.T, s *apptest.Server, key blob.Key) {
	t.Helper()
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end) && has(t, s, key); time.Sleep(time.Millisecond) {
		condemned, err := s.DB.Condemned(context.Background())
		if err != nil {
			t.Error(err)
		}
		if slices.Contains(condemned, string(key)) {
			return
		}
	}
}
