package blobtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"strongroom/internal/blob"
	"strongroom/internal/blob/mem"
)

// recorder is a test that only notes what is held against it.
type recorder struct {
	testing.TB
	errors  []string
	cleanup []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanup = append(r.cleanup, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// end plays the end of the test and returns its complaints.
func (r *recorder) end() string {
	for _, f := range r.cleanup {
		f()
	}
	return strings.Join(r.errors, "\n")
}

// forgetful is a bucket that may lie when it is read.
type forgetful struct {
	blob.Bucket
	lie func() (blob.Blob, error)
}

func (b forgetful) Open(ctx context.Context, key blob.Key) (blob.Blob, error) {
	if b.lie != nil {
		return b.lie()
	}
	return b.Bucket.Open(ctx, key)
}

func TestFaultyPolices(t *testing.T) {
	data := []byte("wheel")
	key := blob.KeyOf(data)
	ctx := t.Context()
	for _, test := range []struct {
		name  string
		want  string // part of the complaint; "" when there must be none
		story func(f *Faulty, inner *forgetful)
	}{
		{"a good caller", "", func(f *Faulty, _ *forgetful) {
			s, _ := stageBytes(ctx, f, data)
			defer s.Discard()
			f.Commit(ctx, s, key)
			check(ctx, f, key, data)
			f.Delete(ctx, key)
			f.Put(ctx, key, data)
			check(ctx, f, key, data)
		}},
		{"wrong key", "the bytes committed", func(f *Faulty, _ *forgetful) {
			s, _ := stageBytes(ctx, f, []byte("other"))
			defer s.Discard()
			f.Commit(ctx, s, key)
		}},
		{"changed bytes", "the bytes opened", func(f *Faulty, inner *forgetful) {
			f.Put(ctx, key, data)
			other := blob.KeyOf([]byte("rot"))
			inner.Put(ctx, other, []byte("rot"))
			rot, err := inner.Open(ctx, other)
			inner.lie = func() (blob.Blob, error) { return rot, err }
			f.Open(ctx, key)
		}},
		{"lost bytes", "is gone", func(f *Faulty, inner *forgetful) {
			f.Put(ctx, key, data)
			inner.Delete(ctx, key)
			f.Open(ctx, key)
		}},
		{"read after delete", "opened after it was deleted", func(f *Faulty, _ *forgetful) {
			f.Put(ctx, key, data)
			f.Delete(ctx, key)
			f.Open(ctx, key)
		}},
		{"a failed delete leaves all open", "", func(f *Faulty, _ *forgetful) {
			f.Put(ctx, key, data)
			f.Fail(Each(OpDelete, Done), nil)
			f.Delete(ctx, key)
			f.Open(ctx, key)
		}},
		{"write after commit", "written after it was committed", func(f *Faulty, _ *forgetful) {
			s, _ := stageBytes(ctx, f, data)
			defer s.Discard()
			f.Commit(ctx, s, key)
			s.Write(data)
		}},
		{"leaked stage", "1 stages were never discarded", func(f *Faulty, _ *forgetful) {
			f.Stage(ctx)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, inner := &recorder{}, &forgetful{Bucket: mem.New()}
			test.story(NewFaulty(r, inner), inner)
			if got := r.end(); (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("complaints %q, want %q", got, test.want)
			}
		})
	}
}

// Each operation fails both ways, and whether it happened shows in the bucket
// beneath.
func TestFaultyFails(t *testing.T) {
	data := []byte("wheel")
	key := blob.KeyOf(data)
	ctx := t.Context()
	for _, how := range []Fault{NotDone, Done} {
		inner := mem.New()
		f := NewFaulty(t, inner)
		holds := func() bool { return check(ctx, inner, key, data) == nil }

		f.Fail(Each(OpPut, how), blob.ErrFull)
		if err := f.Put(ctx, key, data); !errors.Is(err, blob.ErrFull) || holds() != (how == Done) {
			t.Errorf("Put fails %d: %v, stored: %v", how, err, holds())
		}
		f.Fail(nil, nil)
		if err := f.Put(ctx, key, data); err != nil || f.Failed() {
			t.Errorf("Put as no fault is planned: %v, Failed() = %v", err, f.Failed())
		}
		f.Fail(Each(OpDelete, how), nil)
		if err := f.Delete(ctx, key); !errors.Is(err, blob.ErrUnavailable) || holds() != (how == NotDone) {
			t.Errorf("Delete fails %d: %v, stored: %v", how, err, holds())
		}
		inner.Delete(ctx, key)

		s, err := stageBytes(ctx, f, data)
		if err != nil {
			t.Fatal(err)
		}
		f.Fail(Nth(1, how), nil)
		if err := f.Commit(ctx, s, key); !errors.Is(err, blob.ErrUnavailable) || holds() != (how == Done) || !f.Failed() {
			t.Errorf("Commit fails %d: %v, stored: %v", how, err, holds())
		}
		if err := f.Commit(ctx, s, key); err == nil {
			t.Error("a spent stage was committed")
		}
		s.Discard()
	}
}

// The way callers are tested: one story, every operation failing in turn. After
// a failure the story from the beginning must succeed.
func TestFaultyWalk(t *testing.T) {
	data := []byte("wheel")
	key := blob.KeyOf(data)
	ctx := t.Context()
	story := func(b blob.Bucket) error {
		s, err := stageBytes(ctx, b, data)
		if err != nil {
			return err
		}
		defer s.Discard()
		if err := b.Commit(ctx, s, key); err != nil {
			return err
		}
		return errors.Join(check(ctx, b, key, data), b.List(ctx, func(blob.Info) error { return nil }))
	}
	for _, how := range []Fault{NotDone, Done} {
		for n := 1; ; n++ {
			f := NewFaulty(t, mem.New())
			f.Fail(Nth(n, how), nil)
			err := story(f)
			if !f.Failed() {
				if err != nil || n != 6 { // stage, write, commit, open, list
					t.Errorf("walk ended at n = %d, want 6: %v", n, err)
				}
				break
			}
			if !errors.Is(err, blob.ErrUnavailable) {
				t.Errorf("operation %d failed, the story returned %v", n, err)
			}
			f.Fail(nil, nil)
			if err := story(f); err != nil {
				t.Errorf("after operation %d failed: %v", n, err)
			}
		}
	}
}

func TestFaultyRefusesForeignStage(t *testing.T) {
	f, other := NewFaulty(t, mem.New()), NewFaulty(t, mem.New())
	s, err := stageBytes(t.Context(), other, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Discard()
	if err := f.Commit(t.Context(), s, blob.KeyOf(nil)); err == nil {
		t.Error("Commit of another bucket's stage succeeded")
	}
}
