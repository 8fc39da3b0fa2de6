package api

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/web/shell"
)

// topProjects is how many of the largest projects are listed (E-02).
const topProjects = 100

// statsJSON is the answer of /stats/ (E-02).
type statsJSON struct {
	TopPackages       map[string]statsSize `json:"top_packages"`
	TotalPackagesSize int64                `json:"total_packages_size"`
}

type statsSize struct {
	Size int64 `json:"size"`
}

// figures are the sizes of the index. Finding them reads all projects, so they
// are remembered for statsRest times as long as that took: it costs a hundredth
// of a core at most, and a small index is always up to date.
type figures struct {
	mu    sync.Mutex
	until time.Time
	last  figure
}

// statsRest is how much longer than the reading the figures are remembered.
const statsRest = 100

// figure is what was found at one time; Top is sorted, the largest first.
type figure struct {
	Total int64
	Top   []figureRow
}

type figureRow struct {
	Name string
	Size int64
}

func (f *figures) get(ctx context.Context, db *database.DB) (figure, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	start := time.Now()
	if start.Before(f.until) {
		return f.last, nil
	}
	next, err := readFigures(ctx, db)
	if err != nil {
		return figure{}, err
	}
	f.last, f.until = next, time.Now().Add(statsRest*time.Since(start))
	return next, nil
}

func readFigures(ctx context.Context, db *database.DB) (out figure, err error) {
	err = db.Snapshot(ctx, func(q database.Q) error {
		out = figure{}
		if out.Total, err = q.TotalSize(ctx); err != nil {
			return err
		}
		projects, err := q.LargestProjects(ctx, topProjects)
		for _, p := range projects {
			out.Top = append(out.Top, figureRow{p.Name, p.Size})
		}
		return err
	})
	return out, err
}

// stats answers /stats/: JSON, or a page for a browser.
func (a *API) stats(w http.ResponseWriter, r *http.Request) error {
	f, err := a.figures.get(r.Context(), a.DB)
	if err != nil {
		return err
	}
	w.Header()["Vary"] = varyAccept
	if prefersHTML(r.Header.Get("Accept")) {
		return statsPage().Write(w, r, http.StatusOK, f)
	}
	answer := statsJSON{TotalPackagesSize: f.Total, TopPackages: make(map[string]statsSize, len(f.Top))}
	for _, row := range f.Top {
		answer.TopPackages[row.Name] = statsSize{row.Size}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return document(w, r, contentJSON, edge600, append(body, '\n'))
}

var varyAccept = []string{"Accept"}

//go:embed stats.html
var statsTemplate embed.FS

var statsPage = sync.OnceValue(func() *shell.Page { return shell.NewPage(statsTemplate, "stats.html") })

// prefersHTML reports whether a client asks for HTML rather than JSON. Who does
// not say gets JSON.
func prefersHTML(accept string) bool {
	var html, plain int
	for part := range strings.SplitSeq(accept, ",") {
		media, params, _ := strings.Cut(part, ";")
		q, _ := parseQuality(params)
		switch strings.ToLower(strings.TrimSpace(media)) {
		case "text/html":
			html = q
		case "application/json":
			plain = q
		}
	}
	return cmp.Compare(html, plain) > 0
}
