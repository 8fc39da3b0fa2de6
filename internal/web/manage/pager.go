package manage

import (
	"fmt"
	"net/http"
	"strconv"

	"strongroom/internal/database"
)

const (
	historyPage = 50    // rows of a page
	historyPart = 1_000 // rows of a part of the export
)

// pager is where a page of a history leads: to the events newer than one, and
// older than one; 0 for nowhere.
type pager struct{ Newer, Older int64 }

// spanOf is the part of a history that an address asks for, and one row more,
// which says whether there is another part. What is no number asks for the
// newest.
func spanOf(r *http.Request, n int) database.Span {
	number := func(name string) int64 {
		id, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
		if err != nil || id < 0 {
			return 0
		}
		return id
	}
	return database.Span{Before: number("before"), After: number("after"), N: n + 1}
}

// paged takes the one row more away and finds the neighbours of what is left.
func paged[T any](rows []T, id func(T) int64, s database.Span) ([]T, pager) {
	more := len(rows) == s.N
	if more && s.After > 0 {
		rows = rows[1:]
	} else if more {
		rows = rows[:s.N-1]
	}
	if len(rows) == 0 {
		return rows, pager{}
	}
	var p pager
	if s.After > 0 && more || s.After == 0 && s.Before > 0 {
		p.Newer = id(rows[0])
	}
	if s.After > 0 || more {
		p.Older = id(rows[len(rows)-1])
	}
	return rows, p
}

// linkNext tells where the next part of an export is (RFC 8288).
func linkNext(w http.ResponseWriter, r *http.Request, p pager) {
	if p.Older != 0 {
		w.Header().Set("Link", fmt.Sprintf(`<%s?before=%d>; rel="next"`, r.URL.EscapedPath(), p.Older))
	}
}
