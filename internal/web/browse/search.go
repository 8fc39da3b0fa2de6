package browse

import (
	"net/http"
	"net/url"
	"strconv"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/ratelimit"
	"strongroom/internal/search"
)

// newestFirst is the order of results, in the address, that PyPI calls so too;
// any other is by relevance.
const newestFirst = "-created"

// searchPage is what search.html shows.
type searchPage struct {
	Query  string
	Newest bool
	Hits   []hit
	Total  int
	More   bool // there are more than Total
	Page   int
	Pages  int
}

// hit is a line of the results.
type hit struct {
	search.Hit
	Date string // of the release, empty for none
}

// Marker is the project's status where something is said of it.
func (h hit) Marker() string {
	if h.Status.Marked == nil {
		return ""
	}
	return h.Status.Marker
}

// At is the address of a page of the same results.
func (p searchPage) At(page int) string { return p.address(page, p.Newest) }

// Ordered is the address of the results in the other order.
func (p searchPage) Ordered() string { return p.address(1, !p.Newest) }

func (p searchPage) address(page int, newest bool) string {
	v := url.Values{"q": {p.Query}}
	if newest {
		v.Set("o", newestFirst)
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	return "/search/?" + v.Encode()
}

// Before is the number of the page before, After that of the next, 0 for none.
func (p searchPage) Before() int { return p.Page - 1 }

// After is the number of the next page, 0 for none.
func (p searchPage) After() int {
	if p.Page >= p.Pages {
		return 0
	}
	return p.Page + 1
}

// find shows the projects that a query finds, and for none the form alone.
func (b *Browse) find(w http.ResponseWriter, r *http.Request) error {
	params := r.URL.Query()
	page := searchPage{Newest: params.Get("o") == newestFirst, Page: 1, Pages: 1}
	q, err := search.Parse(params.Get("q"))
	if err != nil {
		return err
	}
	if page.Query = q.Text; page.Query == "" {
		return b.results.Write(w, r, http.StatusOK, page)
	}
	if text := params.Get("page"); text != "" {
		if page.Page, err = strconv.Atoi(text); err != nil || page.Page < 1 {
			return index.Refuse(index.CodeInvalidQuery, "There is no page %q: a page is a number from 1.", text)
		}
	}
	v := middleware.Of(w).Visitor
	if err := b.Limiter.Use(r.Context(), ratelimit.Search, ratelimit.Address(v.Address)); err != nil {
		return err
	}
	by := database.Searcher{}
	if v.Login != nil { // a token may be for one project only
		by = database.Searcher{UserID: v.User.ID, All: v.User.Superuser}
	}
	found, err := b.Search.Find(r.Context(), q, page.Newest, by)
	if err != nil {
		return err
	}
	if err := page.show(found); err != nil {
		return err
	}
	return b.results.Write(w, r, http.StatusOK, page)
}

// show puts the hits of the page into it.
func (p *searchPage) show(found search.Results) error {
	p.Total, p.More = len(found.Hits), found.More
	p.Pages = max(1, (p.Total+search.PageSize-1)/search.PageSize)
	if p.Page > p.Pages {
		return index.Refuse(index.CodeNotFound, "The results have no page %d; the last is %d.", p.Page, p.Pages)
	}
	from := (p.Page - 1) * search.PageSize
	for _, h := range found.Hits[from:min(from+search.PageSize, p.Total)] {
		line := hit{Hit: h}
		if h.ReleasedAt != 0 {
			line.Date = day(h.ReleasedAt)
		}
		p.Hits = append(p.Hits, line)
	}
	return nil
}
