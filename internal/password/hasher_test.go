package password

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
)

func TestHasherAgreesWithTheFunctions(t *testing.T) {
	h, ctx := New(2, 4), t.Context()
	hash, err := h.Hash(ctx, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if ok, rehash := Verify(hash, "correct horse"); !ok || rehash {
		t.Errorf("Verify: %v, %v", ok, rehash)
	}
	for password, want := range map[string]bool{"correct horse": true, "wrong horse": false} {
		if ok, rehash, err := h.Verify(ctx, hash, password); ok != want || rehash || err != nil {
			t.Errorf("%q: %v, %v, %v", password, ok, rehash, err)
		}
	}
	if ok, rehash, err := h.Verify(ctx, reference(t), "password"); !ok || !rehash || err != nil {
		t.Errorf("a cheap hash: %v, %v, %v", ok, rehash, err)
	}
	if ok, _, err := h.Verify(ctx, "", "password"); ok || err != nil {
		t.Errorf("no hash: %v, %v", ok, err)
	}
}

// TestDefaults: all processors but one (PW-9, and readers come first).
func TestDefaults(t *testing.T) {
	if got, want := cap(New(0, 0).arenas), max(1, runtime.GOMAXPROCS(0)-1); got != want {
		t.Errorf("%d at once, want %d", got, want)
	}
	if got := New(0, 0).queue; got != 64 {
		t.Errorf("a queue of %d, want 64", got)
	}
}

// TestQueueIsBounded holds the only arena: so many wait, the next one hears ErrBusy at once, and who gives up leaves.
func TestQueueIsBounded(t *testing.T) {
	h := New(1, 3)
	a := <-h.arenas
	ctx, giveUp := context.WithCancel(t.Context())
	errs := make(chan error)
	for range 3 {
		go func() { errs <- h.VerifyNothing(ctx, "x") }()
	}
	for h.waiting.Load() < 3 {
		runtime.Gosched()
	}
	if err := h.VerifyNothing(t.Context(), "x"); !errors.Is(err, ErrBusy) {
		t.Errorf("the fourth: %v", err)
	}
	giveUp()
	for range 3 {
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up: %v", err)
		}
	}
	go func() { errs <- h.VerifyNothing(t.Context(), "x") }()
	h.arenas <- a
	if err := <-errs; err != nil {
		t.Errorf("after the arena was free: %v", err)
	}
	if _, err := h.Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
	if n := h.waiting.Load(); n != 0 {
		t.Errorf("%d are still counted as waiting", n)
	}
}

// TestFloodKeepsItsMemory: thousands of attempts at once take the memory of those that work, 19 MiB each, and make
// nearly nothing for the garbage collector.
func TestFloodKeepsItsMemory(t *testing.T) {
	h := New(2, 16)
	hash, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done, busy := 0, 0
	for range 5000 {
		wg.Go(func() {
			_, _, err := h.Verify(context.Background(), hash, "wrong")
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, ErrBusy) {
				busy++
			} else if err == nil {
				done++
			}
		})
	}
	wg.Wait()
	runtime.ReadMemStats(&after)
	grown, made := int64(after.HeapSys-before.HeapSys)>>20, (after.TotalAlloc-before.TotalAlloc)>>20
	t.Logf("%d verified, %d turned away; the heap grew by %d MiB, %d MiB were allocated", done, busy, grown, made)
	if done < 18 || done+busy != 5000 {
		t.Errorf("%d + %d of 5,000 were answered", done, busy)
	}
	if grown > 60 || made > 100 {
		t.Errorf("the heap grew by %d MiB, and %d MiB were allocated", grown, made)
	}
}

func BenchmarkVerify(b *testing.B) {
	h, hash := New(1, 1), Hash("x")
	b.ReportAllocs()
	for b.Loop() {
		if ok, _, err := h.Verify(context.Background(), hash, "x"); !ok || err != nil {
			b.Fatal(err)
		}
	}
}
