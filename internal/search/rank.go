package search

import (
	"cmp"
	"slices"
	"strings"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Hit is a project that was found.
type Hit struct {
	database.SearchHit
	Status index.Status // of the project
	score  int
}

// Archived is what is done with archived projects (ST-3).
type Archived string

// The ways to treat them. Whoever types the exact name finds one in any case.
const (
	ArchivedHidden     Archived = "hide"
	ArchivedRankedDown Archived = "rank-down"
	ArchivedShown      Archived = "show"
)

// The marks that add up to a hit's place: where the words were found, less than
// any of them for what is ranked down (design §3).
const (
	exactName  = 1000
	nameBegins = 100
	nameHas    = 50 // all words
	summaryHas = 10 // all words
	rankedDown = -500
)

// rank scores the hits of a query, each project once, and puts them in order:
// the best first, equal ones by name, or the newest release first.
func rank(q Query, found []database.SearchHit, archived Archived, newest bool) []Hit {
	seen := map[string]bool{}
	hits := make([]Hit, 0, len(found))
	for _, f := range found {
		h := Hit{SearchHit: f, Status: index.StatusOf(index.At{Level: index.OnProject, Standing: f.Standing})}
		if seen[f.Name] || !shows(h, q, archived) {
			continue
		}
		seen[f.Name] = true
		h.score = score(h, q, archived)
		hits = append(hits, h)
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		byTime, byScore, byName := cmp.Compare(b.ReleasedAt, a.ReleasedAt), cmp.Compare(b.score, a.score), cmp.Compare(a.Name, b.Name)
		if newest {
			return cmp.Or(byTime, byName)
		}
		return cmp.Or(byScore, byName)
	})
	return hits
}

// shows leaves out what lists do not have, and archived projects where the
// operator hides them.
func shows(h Hit, q Query, archived Archived) bool {
	if h.Status.Listing > index.RankedDown {
		return false
	}
	return archived != ArchivedHidden || h.Status.Marker != index.Archived || h.Name == q.Name
}

func score(h Hit, q Query, archived Archived) int {
	mark := 0
	switch name := " " + nameWords(h.Name) + " "; {
	case h.Name == q.Name:
		mark = exactName
	case q.Name != "" && strings.HasPrefix(h.Name, q.Name):
		mark = nameBegins
	case hasAll(name, q.Terms):
		mark = nameHas
	}
	if hasAll(" "+text(maxBody, h.Summary)+" ", q.Terms) {
		mark += summaryHas
	}
	down := h.Status.Listing == index.RankedDown && h.Name != q.Name
	if shown := archived == ArchivedShown && h.Status.Marker == index.Archived; down && !shown {
		mark += rankedDown
	}
	return mark
}

// hasAll reports whether words, each between spaces, have all terms.
func hasAll(words string, terms []database.SearchTerm) bool {
	for _, t := range terms {
		phrase := " " + strings.Join(t.Words, " ")
		if !t.Prefix {
			phrase += " "
		}
		if !strings.Contains(words, phrase) {
			return false
		}
	}
	return true
}
