package blobtest

import "strongroom/internal/blob"

// watched is a stage of a [Faulty] bucket. Like every stage it belongs to one
// goroutine at a time.
type watched struct {
	blob.Stage
	bucket    *Faulty
	committed bool
	discarded bool
	spent     error // a planned failure, after which it must never commit
}

// Write implements [blob.Stage].
func (w *watched) Write(p []byte) (n int, err error) {
	if w.committed {
		w.bucket.t.Errorf("blobtest: a stage is written after it was committed")
	}
	if w.spent != nil {
		return 0, w.spent
	}
	err = w.bucket.run(OpWrite, func() (err error) {
		n, err = w.Stage.Write(p)
		return err
	})
	if err != nil {
		w.spent = err
	}
	return n, err
}

// Discard implements [blob.Stage].
func (w *watched) Discard() error {
	w.discarded = true
	w.bucket.mu.Lock()
	delete(w.bucket.stages, w)
	w.bucket.mu.Unlock()
	return w.Stage.Discard()
}
