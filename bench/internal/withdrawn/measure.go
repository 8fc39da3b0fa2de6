package withdrawn

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"strongroom/bench/internal/report"
)

// bar is how much slower the 95th percentile may be (SD-26).
const bar = 1.05

// row is one surface measured on both sides.
type row struct {
	surface       string
	with, without []float64 // 95th percentile of each round, in milliseconds
	bytes         int64     // of one answer, the last
}

type table []row

// measure asks both servers in turns, so that a slow minute of the machine is
// felt by both. No project's page is asked for twice: the server has none of
// them in memory.
func (o options) measure(ctx context.Context, with, without *side) (table, error) {
	live := o.live()
	surfaces := []struct {
		name, accept string
		path         func(i int) string
	}{
		{"Simple page, JSON", "application/vnd.pypi.simple.v1+json", func(i int) string { return fmt.Sprintf("/simple/pkg-%d/", live(i)) }},
		{"Simple page, HTML", "text/html", func(i int) string { return fmt.Sprintf("/simple/pkg-%d/", live(-i)) }},
		{"JSON API", "application/json", func(i int) string { return fmt.Sprintf("/pypi/pkg-%d/json", live(i)) }},
		{"search", "text/html", func(i int) string { return fmt.Sprintf("/search/?q=pkg-%d", live(-i)) }},
		{"list of all projects", "application/vnd.pypi.simple.v1+json", func(int) string { return "/simple/" }},
	}
	var out table
	for _, s := range surfaces {
		n := o.requests
		r := row{surface: s.name}
		for round := range o.rounds {
			paths := make([]string, n)
			for i := range paths {
				paths[i] = s.path(round*n + i + 1)
			}
			pair := []*side{with, without}
			if round%2 == 1 {
				slices.Reverse(pair)
			}
			for _, side := range pair {
				ms, size, err := ask(ctx, side.base, s.accept, paths)
				if err != nil {
					return nil, err
				}
				r.bytes = size
				if side == with {
					r.with = append(r.with, ms)
				} else {
					r.without = append(r.without, ms)
				}
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// live gives a project by a number, the same for each run: one that is there on
// both sides. Different numbers give different projects, as long as there are
// enough.
func (o options) live() func(i int) int {
	order := rand.New(rand.NewPCG(26, 26)).Perm(o.projects)
	order = slices.DeleteFunc(order, func(i int) bool { return (i+1)%30 == 7 })
	return func(i int) int { return order[((i%len(order))+len(order))%len(order)] + 1 }
}

// ask sends one request after the other on one connection, and returns the 95th
// percentile of the times in milliseconds.
func ask(ctx context.Context, base, accept string, paths []string) (ms float64, size int64, err error) {
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1}}
	defer client.CloseIdleConnections()
	times := make([]float64, 0, len(paths))
	for _, path := range paths {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			return 0, 0, err
		}
		req.Header.Set("Accept", accept)
		req.Header.Set("Accept-Encoding", "gzip")
		began := time.Now()
		resp, err := client.Do(req)
		if err != nil {
			return 0, 0, err
		}
		size, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			return 0, 0, fmt.Errorf("%s%s: %s, %v", base, path, resp.Status, err)
		}
		times = append(times, float64(time.Since(began).Microseconds())/1000)
	}
	slices.Sort(times)
	return times[min(len(times)-1, len(times)*95/100)], size, nil
}

func (t table) write(out io.Writer, o options, with *side) error {
	database := "SQLite"
	if o.postgres != "" {
		database = "PostgreSQL"
	}
	origin := "made in " + with.made.String()
	if o.again != "" {
		origin = "made before"
	}
	fmt.Fprintf(out, "%d projects, %d releases, about %d files on %s, a tenth deleted; %.1f GB, %s. p95 of %d rounds of %d requests, each for another project; ratios of neighbouring rounds.\n\n",
		o.projects, o.projects*10, o.projects*150/7, database, float64(with.size)/1e9, origin, o.rounds, o.requests)
	fmt.Fprintf(out, "| surface | p95 with deleted rows | p95 without them | ratio | bar | |\n|---|---:|---:|---:|---|---|\n")
	for _, r := range t {
		ratio, mark := report.PairedRatio(r.with, r.without), "✓"
		if ratio > bar {
			mark = "✗"
		}
		if _, err := fmt.Fprintf(out, "| %s | %.2f ms | %.2f ms | %.3f | ≤ %.2f | %s |\n", r.surface, report.Median(r.with), report.Median(r.without), ratio, bar, mark); err != nil {
			return err
		}
	}
	return nil
}
