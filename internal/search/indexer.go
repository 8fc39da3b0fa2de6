package search

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
)

const (
	// batch is how many projects are indexed in one transaction, which holds
	// SQLite's one writer for some 20 ms.
	batch = 50
	// rest is left to others between two batches: a whole index is made beside
	// those who install.
	rest = 10 * time.Millisecond
	// pause gathers changes, so that a burst of uploads is indexed together.
	pause = 200 * time.Millisecond
	// lookEvery bounds how long a change can go unnoticed that nobody told of.
	lookEvery = time.Second
)

// Shown is what people are shown first of a project.
type Shown struct {
	Version    string // empty when the project has no release for installers
	Metadata   coremeta.Metadata
	ReleasedAt time.Time
}

// Indexer keeps the index up to date. All fields must be set.
type Indexer struct {
	DB    *database.DB
	Shown func(ctx context.Context, q database.Q, p index.Project) (Shown, error)
	Log   *slog.Logger
	Wake  <-chan struct{} // hears of changes
}

// Waker makes the channel of an Indexer and what tells it of changes
// (change.Recorder.Subscribe).
func Waker() (wake <-chan struct{}, changed func([]string)) {
	c := make(chan struct{}, 1)
	return c, func([]string) {
		select {
		case c <- struct{}{}:
		default: // it is awake
		}
	}
}

// Run indexes what is new until the context ends. Of several nodes one indexes
// a change; the others find it done.
func (x *Indexer) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		more, err := x.Step(ctx)
		if err != nil && ctx.Err() == nil {
			x.Log.Warn("search index", "error", err.Error())
		}
		if more && err == nil && ctx.Err() == nil {
			sleep(ctx, rest)
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-x.Wake:
			sleep(ctx, pause)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Step indexes one batch, and reports whether there may be more.
func (x *Indexer) Step(ctx context.Context) (more bool, err error) {
	at, err := x.DB.SearchProgress(ctx)
	if err != nil {
		return false, err
	}
	var docs []database.SearchDoc
	next := at
	err = x.DB.Snapshot(ctx, func(q database.Q) error {
		var projects []index.Project
		projects, next, err = x.pending(ctx, q, at)
		if err != nil {
			return err
		}
		docs = make([]database.SearchDoc, len(projects))
		for i, p := range projects {
			if docs[i], err = x.document(ctx, q, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || next == at {
		return false, err
	}
	return true, x.store(ctx, at, next, docs)
}

// pending are the next projects to index, and how far the index is with them.
func (x *Indexer) pending(ctx context.Context, q database.Q, at database.SearchProgress) ([]index.Project, database.SearchProgress, error) {
	if at.Built < 0 {
		return x.changed(ctx, q, at)
	}
	if at.Built == 0 { // what changes from now on is looked at when the index is made
		serial, err := q.LastSerial(ctx)
		if err != nil {
			return nil, at, err
		}
		at.Serial = serial
	}
	projects, err := q.ProjectsAfter(ctx, at.Built, batch)
	if at.Built = -1; len(projects) > 0 {
		at.Built = projects[len(projects)-1].ID
	}
	return projects, at, err
}

// changed are the projects of the next entries of the journal.
func (x *Indexer) changed(ctx context.Context, q database.Q, at database.SearchProgress) ([]index.Project, database.SearchProgress, error) {
	entries, err := q.Entries(ctx, at.Serial, batch)
	if err != nil {
		return nil, at, err
	}
	seen := map[string]bool{}
	var out []index.Project
	for _, e := range entries {
		at.Serial = e.Serial
		if seen[e.Name] {
			continue
		}
		seen[e.Name] = true
		p, found, err := q.Project(ctx, e.Name)
		if err != nil {
			return nil, at, err
		}
		if found {
			out = append(out, p)
		}
	}
	return out, at, nil
}

// document is what the index gets of a project. One that is withdrawn has no
// words: nobody finds it, so it must not slow a search for others (SD-26). Its
// version stays, for who looks for its name as soon as it is restored.
func (x *Indexer) document(ctx context.Context, q database.Q, p index.Project) (database.SearchDoc, error) {
	s, err := x.Shown(ctx, q, p)
	m := s.Metadata
	d := database.SearchDoc{ProjectID: p.ID, Version: s.Version, Summary: m.Summary}
	if !s.ReleasedAt.IsZero() {
		d.ReleasedAt = s.ReleasedAt.UnixMicro()
	}
	if p.Standing.Withdrawn() {
		return d, err
	}
	d.Name = nameWords(p.DisplayName)
	d.About = text(maxBody, m.Summary, strings.Join(m.Keywords, " "), m.Author, m.Maintainer)
	d.Body = text(maxBody, m.Description)
	return d, err
}

// store writes a batch, unless another node was there first.
func (x *Indexer) store(ctx context.Context, at, next database.SearchProgress, docs []database.SearchDoc) error {
	return x.DB.Write(ctx, func(tx *database.Tx) error {
		now, err := tx.LockSearchProgress(ctx)
		if err != nil || now != at {
			return err
		}
		for _, d := range docs {
			if err := tx.PutSearchDoc(ctx, d); err != nil {
				return err
			}
		}
		return tx.SetSearchProgress(ctx, next)
	})
}
