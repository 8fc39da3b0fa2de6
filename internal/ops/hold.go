package ops

import (
	"context"
	"errors"
	"sync"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
)

// The hold of a process that died lapses after holdTime.
const (
	holdTime  = 10 * time.Minute
	holdAgain = time.Minute
)

// holdBlobs runs fn while no sweep of any node removes bytes. If the hold was
// lost meanwhile, say because the machine slept, that is an error.
func (o *Operator) holdBlobs(ctx context.Context, fn func(context.Context) error) error {
	holder := access.NewUID()
	hold := func(ctx context.Context) error {
		return o.DB.Write(ctx, func(tx *database.Tx) error {
			now := o.Recorder.Clock()
			return tx.HoldBlobs(ctx, holder, now, now.Add(holdTime))
		})
	}
	if err := hold(ctx); err != nil {
		return err
	}
	done := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() {
		tick := time.NewTicker(holdAgain)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				_ = hold(ctx) // tried again; the release tells when it was too late
			}
		}
	})
	err := fn(ctx)
	close(done)
	renewing.Wait()
	return errors.Join(err, o.release(context.WithoutCancel(ctx), holder))
}

func (o *Operator) release(ctx context.Context, holder string) error {
	lasted := false
	err := o.DB.Write(ctx, func(tx *database.Tx) (err error) {
		lasted, err = tx.ReleaseBlobs(ctx, holder, o.Recorder.Clock())
		return err
	})
	if err == nil && !lasted {
		err = errors.New("the machine or the database stood still for minutes, and a sweep may have run meanwhile; start again")
	}
	return err
}
