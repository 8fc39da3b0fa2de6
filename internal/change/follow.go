package change

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// pollEvery bounds how long a change made on another node can go unnoticed
// when its notification was lost (X-7 allows 60 s; we promise one).
const pollEvery = 500 * time.Millisecond

// Follow tells the subscribers about changes that other nodes made after the
// serial from, and about changed rights, until the context ends. from must be read before this node
// remembers anything, or a change in between would never be told. On SQLite
// there are no other nodes: the process is alone.
func (r *Recorder) Follow(ctx context.Context, from int64, log *slog.Logger) {
	if !r.DB.Postgres() {
		return
	}
	wake := make(chan struct{}, 1)
	go r.DB.Listen(ctx, wake)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	turn := int64(-1) // what was remembered before the first look is forgotten
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick.C:
		}
		var err, unsure error
		turn, unsure = r.followRights(ctx, turn)
		from, err = r.catchUp(ctx, from)
		if err = errors.Join(unsure, err); err != nil && ctx.Err() == nil {
			log.Warn("cannot follow the journal", "error", err.Error())
		}
	}
}

// catchUp tells about everything after last and returns the new last. A page
// that this node changed itself is invalidated twice, which does no harm.
func (r *Recorder) catchUp(ctx context.Context, last int64) (int64, error) {
	for {
		entries, err := r.DB.Entries(ctx, last, 1000)
		if err != nil || len(entries) == 0 {
			return last, err
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name)
			last = e.Serial
		}
		r.tell(names)
	}
}
