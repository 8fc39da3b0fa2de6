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

func rootGroup() group {
	return group{
		name: "root", title: "List of all projects",
		about: "2,202 projects; 32 connections, gzip accepted. A project is added by the upload of its first wheel: " +
			"CPU counts the upload, the new list and one reader of it.",
		run: func(ctx context.Context, f *field) ([]report.Row, error) {
			var out []report.Row
			for _, form := range []struct{ name, accept string }{{"JSON", subject.JSON}, {"HTML", subject.HTML}} {
				rows, err := f.rootRate(ctx, "2,202 projects, "+form.name, form.accept, 32)
				if err != nil {
					return nil, err
				}
				out = append(out, rows...)
			}
			added, err := f.rootAdd(ctx, "2,202 projects", 50)
			return append(out, added...), err
		},
	}
}

// rootRate measures reading the list.
func (f *field) rootRate(ctx context.Context, title, accept string, conns int) ([]report.Row, error) {
	requests := prepared{}
	fit := func(s *subject.Server) bool { return accept != subject.JSON || s.JSON() }
	got, err := f.compare(ctx, pick(f.lab, 15, 5), fit, func(ctx context.Context, s *subject.Server, _ int) (sample, error) {
		r, err := requests.get(s, func() ([]load.Request, error) { return rootRequest(ctx, s, accept) })
		if err != nil {
			return sample{}, err
		}
		return measure(ctx, s, load.Plan{Conns: conns, Requests: r, For: span(f.lab, s)}, warmUp(f.lab))
	})
	if err != nil {
		return nil, err
	}
	return []report.Row{
		got.row(title, "requests/s", rate, got.atLeast(0.85, subject.Limit, rate), got.bestPeer(0, rate), got.atLeast(0, subject.Nginx, rate)),
		got.row(title+": CPU", "µs/request", cpu, got.atMost(0, subject.Limit, cpu)),
	}, nil
}

func rootRequest(ctx context.Context, s *subject.Server, accept string) ([]load.Request, error) {
	a, err := s.Fetch(ctx, s.Root(), accept, true)
	if err != nil {
		return nil, err
	}
	if a.Status != http.StatusOK {
		return nil, fmt.Errorf("%s: status %d", s.Root(), a.Status)
	}
	r := s.Get(s.Root(), http.StatusOK, "Accept: "+accept, "Accept-Encoding: gzip")
	r.Length = int64(len(a.Body))
	return []load.Request{r}, nil
}

// rootAdd adds projects one by one and measures when the list shows them and
// what it costs. limit is the bar in ms of processor time.
func (f *field) rootAdd(ctx context.Context, title string, limit float64) ([]report.Row, error) {
	shown, err := f.compare(ctx, pick(f.lab, 9, 3), f.lists, func(ctx context.Context, s *subject.Server, round int) (sample, error) {
		name := fmt.Sprintf("shown-soon-%d", round)
		if err := addProject(ctx, s, name); err != nil {
			return sample{}, err
		}
		waited, err := waitForRoot(ctx, s, name)
		return sample{Other: milliseconds(waited)}, err
	})
	if err != nil {
		return nil, err
	}
	cost, err := f.compare(ctx, pick(f.lab, 7, 2), f.lists, func(ctx context.Context, s *subject.Server, round int) (sample, error) {
		return addCost(ctx, s, fmt.Sprintf("what-it-costs-%d", round))
	})
	if err != nil {
		return nil, err
	}
	slowest := report.Bar{Name: "ms at most", Max: 1000, Value: most(shown.of(subject.Strongroom, other))}
	return []report.Row{
		shown.row(title+", one added: shown after", "ms", other, slowest),
		cost.row(title+", one added: CPU", "ms", other, report.Bar{Name: "ms", Max: limit, Value: report.Median(cost.of(subject.Strongroom, other))}),
	}, nil
}

// lists says whether a server takes uploads and keeps the whole list itself:
// only Strongroom knows the generated projects.
func (f *field) lists(s *subject.Server) bool {
	return s.Uploads() && (s.Name == subject.Strongroom || len(f.set.Projects) > 0)
}

// addProject uploads the first wheel of a new project.
func addProject(ctx context.Context, s *subject.Server, name string) error {
	form := data.Project{Name: name}.Wheel(0).Form()
	_, err := load.Run(ctx, load.Plan{Addr: s.Addr, Conns: 1, Count: 1, Requests: []load.Request{s.Upload(form)}})
	return err
}

// rootForm is the form of the list that a server's clients ask for.
func rootForm(s *subject.Server) string {
	if s.JSON() {
		return subject.JSON
	}
	return subject.HTML
}

// waitForRoot reads the list, conditionally as mirrors do, until it has the name.
func waitForRoot(ctx context.Context, s *subject.Server, name string) (time.Duration, error) {
	began, etag := time.Now(), `"none"`
	for {
		a, err := s.Fetch(ctx, s.Root(), rootForm(s), true, "If-None-Match", etag)
		if err != nil {
			return 0, err
		}
		if tag := a.Header.Get("ETag"); tag != "" {
			etag = tag
		}
		if bytes.Contains(a.Plain, []byte(name)) {
			return time.Since(began), nil
		}
		if time.Since(began) > 10*time.Second {
			return 0, fmt.Errorf("the list does not show %s after 10 s", name)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// addCost measures the processor time from an upload until a reader has the new
// list, without what the same reading costs when nothing has changed and
// without what the server uses at rest.
func addCost(ctx context.Context, s *subject.Server, name string) (sample, error) {
	const settle = 1500 * time.Millisecond
	spend := func(first func() error) (time.Duration, error) {
		before, err := s.Process.CPU()
		if err != nil {
			return 0, err
		}
		if err := first(); err != nil {
			return 0, err
		}
		time.Sleep(settle)
		if _, err := s.Fetch(ctx, s.Root(), rootForm(s), true); err != nil {
			return 0, err
		}
		after, err := s.Process.CPU()
		return after - before, err
	}
	with, err := spend(func() error { return addProject(ctx, s, name) })
	if err != nil {
		return sample{}, err
	}
	without, err := spend(func() error { return nil })
	return sample{Other: milliseconds(with - without)}, err
}

func most(values []float64) float64 {
	m := report.Median(values)
	for _, v := range values {
		m = max(m, v)
	}
	return m
}
