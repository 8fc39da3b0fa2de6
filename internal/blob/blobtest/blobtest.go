// Package blobtest states what every blob bucket must do, as tests: [Run] is the
// conformance suite, [Faulty] a wrapper that polices the callers of a bucket and
// lets each operation fail in both ways.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"strongroom/internal/blob"
)

// Run tests the contract of [blob.Bucket]. newBucket must return an empty
// bucket each time.
func Run(t *testing.T, newBucket func(t *testing.T) blob.Bucket) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, blob.Bucket)
	}{
		{"commit and open", testCommit},
		{"empty blob", testEmpty},
		{"put", testPut},
		{"commit twice", testCommitTwice},
		{"commit again after delete", testCommitAgain},
		{"staged bytes", testStage},
		{"discard", testDiscard},
		{"foreign stage", testForeignStage},
		{"delete", testDelete},
		{"list", testList},
		{"bad keys", testBadKeys},
		{"cancelled", testCancelled},
		{"one key, 32 writers", testOneKey},
		{"many keys at once", testManyKeys},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, newBucket(t)) })
	}
}

func testCommit(t *testing.T, b blob.Bucket) {
	start := time.Now()
	data := bytes.Repeat([]byte("strongroom "), 300_000)
	key := commit(t, b, data)
	got := open(t, b, key)
	defer got.Content.Close()
	if age := got.ModTime.Sub(start).Abs(); age > time.Minute || got.ModTime.Location() != time.UTC {
		t.Errorf("ModTime = %v, want now in UTC", got.ModTime)
	}
	if got.Size != int64(len(data)) {
		t.Errorf("Size = %d, want %d", got.Size, len(data))
	}
	part := make([]byte, 10)
	if _, err := got.Content.ReadAt(part, 11_000); err != nil || !bytes.Equal(part, data[11_000:11_010]) {
		t.Errorf("ReadAt = %q, %v", part, err)
	}
	if end, err := got.Content.Seek(-4, io.SeekEnd); err != nil || end != got.Size-4 {
		t.Errorf("Seek to the end = %d, %v", end, err)
	}
	if tail, err := io.ReadAll(got.Content); err != nil || string(tail) != "oom " {
		t.Errorf("the last 4 bytes = %q, %v", tail, err)
	}
	want(t, b, key, data)
}

func testEmpty(t *testing.T, b blob.Bucket) {
	want(t, b, commit(t, b, nil), nil)
}

func testPut(t *testing.T, b blob.Bucket) {
	data := []byte("Metadata-Version: 2.4\n")
	key := blob.KeyOf(data)
	for range 2 { // the second time it is there already
		if err := b.Put(t.Context(), key, data); err != nil {
			t.Fatalf("Put: %v", err)
		}
	}
	data[0] = 'X' // the caller's buffer is his own again
	want(t, b, key, []byte("Metadata-Version: 2.4\n"))

	other := blob.KeyOf([]byte("something else"))
	if err := b.Put(t.Context(), other, data); err == nil {
		t.Error("Put of bytes that do not hash to the key succeeded")
	}
	wantNone(t, b, other)
}

func testCommitTwice(t *testing.T, b blob.Bucket) {
	data := []byte("the same wheel")
	key := commit(t, b, data)
	if again := commit(t, b, data); again != key {
		t.Fatalf("keys differ: %s, %s", key, again)
	}
	want(t, b, key, data)
}

// A sweep may delete a blob between Commit and the row that names it; then the
// same stage is stored once more (design §2).
func testCommitAgain(t *testing.T, b blob.Bucket) {
	data := []byte("condemned")
	key := blob.KeyOf(data)
	s := stage(t, b, data)
	defer s.Discard()
	for range 2 {
		if err := b.Commit(t.Context(), s, key); err != nil {
			t.Fatalf("Commit: %v", err)
		}
		want(t, b, key, data)
		if err := b.Delete(t.Context(), key); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		wantNone(t, b, key)
	}
}

func testStage(t *testing.T, b blob.Bucket) {
	s := stage(t, b, []byte("0123456789"))
	defer s.Discard()
	if s.Size() != 10 {
		t.Errorf("Size = %d, want 10", s.Size())
	}
	part := make([]byte, 4)
	if _, err := s.ReadAt(part, 3); err != nil || string(part) != "3456" {
		t.Errorf("ReadAt = %q, %v", part, err)
	}
	if _, err := s.ReadAt(part, 8); err != io.EOF {
		t.Errorf("ReadAt beyond the end: %v, want EOF", err)
	}
	f, err := s.File()
	if err != nil {
		t.Fatalf("File: %v", err)
	}
	defer f.Close()
	if data, err := io.ReadAll(f); err != nil || string(data) != "0123456789" {
		t.Errorf("File holds %q, %v", data, err)
	}
	if _, err := f.Write([]byte("x")); err == nil {
		t.Error("the file given to readers can be written (AV-2)")
	}
	if err := b.Commit(t.Context(), s, blob.KeyOf([]byte("0123456789"))); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	if _, err := s.Write([]byte("x")); err == nil {
		t.Error("Write after Commit succeeded")
	}
	want(t, b, blob.KeyOf([]byte("0123456789")), []byte("0123456789"))
}

func testDiscard(t *testing.T, b blob.Bucket) {
	data := []byte("refused")
	s := stage(t, b, data)
	for range 2 {
		if err := s.Discard(); err != nil {
			t.Errorf("Discard: %v", err)
		}
	}
	if _, err := s.Write(data); err == nil {
		t.Error("Write after Discard succeeded")
	}
	if f, err := s.File(); err == nil {
		f.Close()
		t.Error("File after Discard succeeded")
	}
	if err := b.Commit(t.Context(), s, blob.KeyOf(data)); err == nil {
		t.Error("Commit after Discard succeeded")
	}
	wantNone(t, b, blob.KeyOf(data))

	kept := stage(t, b, data)
	if err := b.Commit(t.Context(), kept, blob.KeyOf(data)); err != nil {
		t.Fatal(err)
	}
	if err := kept.Discard(); err != nil {
		t.Errorf("Discard after Commit: %v", err)
	}
	want(t, b, blob.KeyOf(data), data)
}

// foreignStage is of no bucket.
type foreignStage struct{ blob.Stage }

func testForeignStage(t *testing.T, b blob.Bucket) {
	s := stage(t, b, []byte("x"))
	defer s.Discard()
	if err := b.Commit(t.Context(), foreignStage{s}, blob.KeyOf([]byte("x"))); err == nil {
		t.Error("Commit of somebody else's stage succeeded")
	}
}

func testDelete(t *testing.T, b blob.Bucket) {
	data := []byte("to be purged")
	key := commit(t, b, data)
	reader := open(t, b, key)
	defer reader.Content.Close()
	for range 2 { // the second time it is gone already
		if err := b.Delete(t.Context(), key); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	wantNone(t, b, key)
	if got, err := io.ReadAll(reader.Content); err != nil || !bytes.Equal(got, data) {
		t.Errorf("a reader that was there before read %q, %v", got, err)
	}
}

func testList(t *testing.T, b blob.Bucket) {
	sizes := map[blob.Key]int64{}
	for i := range 50 {
		data := bytes.Repeat([]byte{byte(i)}, i)
		sizes[commit(t, b, data)] = int64(i)
	}
	s := stage(t, b, []byte("not to be seen"))
	defer s.Discard()

	var last blob.Key
	count := 0
	err := b.List(t.Context(), func(i blob.Info) error {
		if size, ok := sizes[i.Key]; !ok || i.Size != size {
			t.Errorf("listed %s with %d bytes, want %d (known: %v)", i.Key, i.Size, size, ok)
		}
		if i.Key <= last {
			t.Errorf("%s listed after %s", i.Key, last)
		}
		if time.Since(i.ModTime).Abs() > time.Minute || i.ModTime.Location() != time.UTC {
			t.Errorf("ModTime = %v, want now in UTC", i.ModTime)
		}
		last = i.Key
		count++
		return nil
	})
	if err != nil || count != len(sizes) {
		t.Errorf("listed %d of %d blobs, %v", count, len(sizes), err)
	}
	stop := errors.New("enough")
	count = 0
	err = b.List(t.Context(), func(blob.Info) error { count++; return stop })
	if err != stop || count != 1 {
		t.Errorf("List = %v after %d visits, want the visitor's own error after 1", err, count)
	}
}

func testBadKeys(t *testing.T, b blob.Bucket) {
	ctx := t.Context()
	for _, key := range []blob.Key{"", "abc", "../../../../../etc/passwd", blob.KeyOf(nil) + "/..", "E3" + blob.KeyOf(nil)[2:]} {
		s := stage(t, b, []byte("x"))
		defer s.Discard()
		_, openErr := b.Open(ctx, key)
		for op, err := range map[string]error{
			"Commit": b.Commit(ctx, s, key),
			"Put":    b.Put(ctx, key, []byte("x")),
			"Open":   openErr,
			"Delete": b.Delete(ctx, key),
		} {
			if err == nil || errors.Is(err, blob.ErrNotExist) || errors.Is(err, blob.ErrUnavailable) {
				t.Errorf("%s(%q) = %v, want the key to be refused", op, key, err)
			}
		}
	}
}

func testCancelled(t *testing.T, b blob.Bucket) {
	data := []byte("kept")
	key := commit(t, b, data)
	s := stage(t, b, data)
	defer s.Discard()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, stageErr := b.Stage(ctx)
	_, openErr := b.Open(ctx, key)
	for op, err := range map[string]error{
		"Stage":  stageErr,
		"Commit": b.Commit(ctx, s, key),
		"Put":    b.Put(ctx, key, data),
		"Open":   openErr,
		"Delete": b.Delete(ctx, key),
		"List":   b.List(ctx, func(blob.Info) error { return nil }),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context: %v", op, err)
		}
	}
	want(t, b, key, data)
}

func testOneKey(t *testing.T, b blob.Bucket) {
	data := bytes.Repeat([]byte("race"), 5_000)
	key := blob.KeyOf(data)
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			s, err := stageBytes(t.Context(), b, data)
			if err != nil {
				t.Errorf("stage: %v", err)
				return
			}
			defer s.Discard()
			if err := b.Commit(t.Context(), s, key); err != nil {
				t.Errorf("Commit: %v", err)
				return
			}
			if err := check(t.Context(), b, key, data); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	count := 0
	b.List(t.Context(), func(blob.Info) error { count++; return nil })
	if count != 1 {
		t.Errorf("%d blobs, want 1", count)
	}
}

func testManyKeys(t *testing.T, b blob.Bucket) {
	var all sync.WaitGroup
	for writer := range 8 {
		all.Go(func() {
			for i := range 10 {
				data := fmt.Appendf(nil, "blob %d of writer %d", i, writer)
				if err := b.Put(t.Context(), blob.KeyOf(data), data); err != nil {
					t.Errorf("Put: %v", err)
				}
				if err := check(t.Context(), b, blob.KeyOf(data), data); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
