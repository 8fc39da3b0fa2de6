// Package search finds projects. Its index follows the journal (design §2): it
// can be dropped and made again (P12), and lags a second behind at most. Who may
// see a project, and whether it is withdrawn, is asked at each search, so that
// nothing is found that is not there (SD-6).
package search

import (
	"context"
	"errors"
	"slices"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

const (
	// PageSize is how many hits stand on a page.
	PageSize = 20
	// candidates is how many projects of a kind are ranked: with the words in
	// their names or anywhere. A word that most projects have costs no more.
	candidates = 1_000
	// patience is how long a search may take: what is slow here must not hold up
	// who installs.
	patience = 3 * time.Second
	// atOnce is how many searches run at a time, fewer than there are readers.
	atOnce = 2
)

// Searcher answers queries. Make it with New.
type Searcher struct {
	db       *database.DB
	archived Archived
	turns    chan struct{}
}

// New makes a searcher.
func New(db *database.DB, archived Archived) *Searcher {
	return &Searcher{db: db, archived: archived, turns: make(chan struct{}, atOnce)}
}

// Results are the hits of a query in their order.
type Results struct {
	Hits []Hit
	More bool // there are others that were not looked at
}

// Find looks for projects that the searcher may see. newest puts those with the
// newest release first. It refuses with index.CodeUnavailable when too much is
// being looked for.
func (s *Searcher) Find(ctx context.Context, q Query, newest bool, by database.Searcher) (Results, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return Results{}, busy()
	}
	found, more, err := s.candidates(ctx, q, by)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Results{}, busy()
	}
	return Results{Hits: rank(q, found, s.archived, newest), More: more}, err
}

func busy() error {
	return &index.Error{Code: index.CodeUnavailable, Retry: 5, Detail: "Too much is being searched for at this moment; try again in a few seconds."}
}

// candidates are the project of that very name, then those with the words in
// their names, then all others; whole words before words that begin so, which
// the database has to gather before it has the first. Of a kind that has enough
// no more is asked for.
func (s *Searcher) candidates(ctx context.Context, q Query, by database.Searcher) (found []database.SearchHit, more bool, err error) {
	if q.Name != "" {
		if found, err = s.db.SearchName(ctx, q.Name, by); err != nil {
			return nil, false, err
		}
	}
	if len(q.Terms) == 0 {
		return found, false, nil
	}
	ways := [][]database.SearchTerm{whole(q.Terms)}
	if slices.ContainsFunc(q.Terms, func(t database.SearchTerm) bool { return t.Prefix }) {
		ways = append(ways, q.Terms)
	}
	for _, names := range []bool{true, false} {
		for _, terms := range ways {
			hits, err := s.db.SearchWords(ctx, terms, names, by, candidates)
			if err != nil {
				return nil, false, err
			}
			if found = append(found, hits...); len(hits) == candidates {
				more = true
				break
			}
		}
	}
	return found, more, nil
}

// whole are the terms without those that only begin so.
func whole(terms []database.SearchTerm) []database.SearchTerm {
	out := slices.Clone(terms)
	for i := range out {
		out[i].Prefix = false
	}
	return out
}
