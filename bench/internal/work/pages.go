package work

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/load"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/subject"
)

// view is one kind of page in one form.
type view struct {
	title    string
	accept   string
	projects []string
	files    int // on each page
}

func views() []view {
	small := make([]string, data.Small)
	for i := range small {
		small[i] = data.Name(i)
	}
	many := []string{data.ManyFiles}
	return []view{
		{"10 files, JSON", subject.JSON, small, 10},
		{"10 files, HTML", subject.HTML, small, 10},
		{"1,000 files, JSON", subject.JSON, many, 1000},
		{"1,000 files, HTML", subject.HTML, many, 1000},
	}
}

// speaks says whether a server has this view at all.
func (v view) speaks(s *subject.Server) bool { return v.accept != subject.JSON || s.JSON() }

// requests prepares the load on a server: each page is looked at once, and the
// load then checks status and length of every answer.
func (v view) requests(ctx context.Context, s *subject.Server) ([]load.Request, error) {
	projects := v.projects
	if peer(s) {
		projects = projects[:min(len(projects), 10)] // looking at all takes them a minute
	}
	var out []load.Request
	for _, p := range projects {
		a, err := s.Fetch(ctx, s.Page(p), v.accept, true)
		if err != nil {
			return nil, err
		}
		if n := filesOn(a.Plain); a.Status != http.StatusOK || n != v.files {
			return nil, fmt.Errorf("page of %s: status %d, %d files, want %d", p, a.Status, n, v.files)
		}
		r := s.Get(s.Page(p), http.StatusOK, "Accept: "+v.accept, "Accept-Encoding: gzip")
		r.Length = int64(len(a.Body))
		out = append(out, r)
	}
	return out, nil
}

// filesOn counts the wheels listed on a page of either form.
func filesOn(page []byte) int {
	if bytes.HasPrefix(bytes.TrimSpace(page), []byte("{")) {
		return bytes.Count(page, []byte(`"filename"`))
	}
	return bytes.Count(page, []byte("<a "))
}

// prepared remembers the requests for each server, which a page's first round
// makes.
type prepared map[string][]load.Request

func (m prepared) get(s *subject.Server, prepare func() ([]load.Request, error)) ([]load.Request, error) {
	if r, ok := m[s.Name]; ok {
		return r, nil
	}
	r, err := prepare()
	m[s.Name] = r
	return r, err
}

func pagesGroup() group {
	return group{
		name: "pages", title: "Simple pages",
		about: "32 connections, gzip accepted, requests spread over 200 projects (10 files) or all for one (1,000 files). " +
			"nginx and the limit send the bytes that Strongroom rendered. CPU is that of the server's processes, for one request.",
		run: runPages,
	}
}

func runPages(ctx context.Context, f *field) ([]report.Row, error) {
	var out []report.Row
	for _, v := range views() {
		requests := prepared{}
		got, err := f.compare(ctx, pick(f.lab, 15, 5), v.speaks, func(ctx context.Context, s *subject.Server, _ int) (sample, error) {
			r, err := requests.get(s, func() ([]load.Request, error) { return v.requests(ctx, s) })
			if err != nil {
				return sample{}, err
			}
			return measure(ctx, s, load.Plan{Conns: 32, Requests: r, For: span(f.lab, s)}, warmUp(f.lab))
		})
		if err != nil {
			return nil, err
		}
		out = append(out,
			got.row(v.title, "requests/s", rate, got.atLeast(0.85, subject.Limit, rate), got.bestPeer(50, rate), got.atLeast(0, subject.Nginx, rate)),
			got.row(v.title+": CPU", "µs/request", cpu, got.atMost(1.3, subject.Limit, cpu)))
	}
	return out, nil
}

// span is the length of a round of reading. Many short rounds compare better
// than few long ones on a machine with other work; the peers have only one.
func span(l *Lab, s *subject.Server) time.Duration {
	if peer(s) {
		return pick(l, 3*time.Second, time.Second)
	}
	return pick(l, 500*time.Millisecond, 250*time.Millisecond)
}

func warmUp(l *Lab) time.Duration { return pick(l, 100*time.Millisecond, 50*time.Millisecond) }

func latencyGroup() group {
	return group{
		name: "latency", title: "Latency of one connection",
		about: "One connection that sends the next request when the answer has come; Strongroom logs each request, the limit logs none. " +
			"The ratio is the median over at least 20 pairs of rounds.",
		run: runLatency,
	}
}

func runLatency(ctx context.Context, f *field) ([]report.Row, error) {
	var out []report.Row
	fit := func(s *subject.Server) bool { return s.Name == subject.Strongroom || s.Name == subject.Limit }
	for _, v := range views() {
		requests := prepared{}
		got, err := f.compare(ctx, pick(f.lab, 30, 20), fit, func(ctx context.Context, s *subject.Server, _ int) (sample, error) {
			r, err := requests.get(s, func() ([]load.Request, error) { return v.requests(ctx, s) })
			if err != nil {
				return sample{}, err
			}
			return measure(ctx, s, load.Plan{Conns: 1, Requests: r, For: pick(f.lab, 400*time.Millisecond, 150*time.Millisecond)}, 20*time.Millisecond)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, got.row(v.title+": p99", "ms", p99, got.atMost(1.3, subject.Limit, p99)))
	}
	return out, nil
}

func revalidateGroup() group {
	return group{
		name: "revalidate", title: "Revalidation",
		about: "The same pages asked for with `If-None-Match`; every answer is a 304. The peers answer none.",
		run:   runRevalidate,
	}
}

func runRevalidate(ctx context.Context, f *field) ([]report.Row, error) {
	v := views()[0]
	requests := prepared{}
	fit := func(s *subject.Server) bool { return !peer(s) }
	got, err := f.compare(ctx, pick(f.lab, 15, 5), fit, func(ctx context.Context, s *subject.Server, _ int) (sample, error) {
		r, err := requests.get(s, func() ([]load.Request, error) { return v.revalidations(ctx, s) })
		if err != nil {
			return sample{}, err
		}
		return measure(ctx, s, load.Plan{Conns: 32, Requests: r, For: span(f.lab, s)}, warmUp(f.lab))
	})
	if err != nil {
		return nil, err
	}
	return []report.Row{
		got.row("304, 10 files, JSON", "requests/s", rate, got.atLeast(0.85, subject.Limit, rate), got.atLeast(0, subject.Nginx, rate)),
		got.row("304: CPU", "µs/request", cpu, got.atMost(0, subject.Limit, cpu)),
	}, nil
}

func (v view) revalidations(ctx context.Context, s *subject.Server) ([]load.Request, error) {
	var out []load.Request
	for _, p := range v.projects {
		a, err := s.Fetch(ctx, s.Page(p), v.accept, true)
		if err != nil {
			return nil, err
		}
		etag := a.Header.Get("ETag")
		if etag == "" {
			return nil, fmt.Errorf("page of %s has no ETag", p)
		}
		out = append(out, s.Get(s.Page(p), http.StatusNotModified, "Accept: "+v.accept, "Accept-Encoding: gzip", "If-None-Match: "+etag))
	}
	return out, nil
}
