package flood

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/load"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/subject"
)

// lead is how long a flood goes on before its pages are counted.
const lead = 500 * time.Millisecond

// row is one page under one flood, a value for each round; times in ms.
type row struct {
	program, page  string
	quiet, flooded []float64 // p99
	calm, busy     []float64 // p50
	rate, cost     []float64 // attempts answered a second; µs of the server's processor time for each
	answers        map[int]int
	memory         int64
	still          []float64 // share of the reads left out, for the machine stood still
}

// measure takes turns: each program, quiet and flooded, one after the other.
func (o options) measure(ctx context.Context, w world) error {
	for _, page := range []string{"/simple/" + data.Name(0) + "/", "/project/" + data.Name(0) + "/"} {
		if !strings.Contains(w.name+" "+page, o.only) {
			continue
		}
		if err := o.measurePage(ctx, w, page); err != nil {
			return err
		}
	}
	return nil
}

func (o options) measurePage(ctx context.Context, w world, page string) (err error) {
	var servers []*subject.Server
	var rows []*row
	for binary := range strings.SplitSeq(o.binaries, ",") {
		s, end, err := o.start(ctx, w, binary)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, end()) }()
		servers, rows = append(servers, s), append(rows, &row{program: filepath.Base(binary), page: page, answers: map[int]int{}})
	}
	for range o.rounds {
		for i, s := range servers {
			if err := o.round(ctx, w, s, rows[i]); err != nil {
				return err
			}
		}
	}
	for i, r := range rows {
		if _, r.memory, err = servers[i].Process.Memory(); err != nil {
			return err
		}
		r.print(w)
	}
	return nil
}

// round is a quiet part and a flooded one.
func (o options) round(ctx context.Context, w world, s *subject.Server, r *row) error {
	runtime.GC() // the only time: while clients go first, nothing may wait for other threads of ours
	quiet, err := o.read(ctx, s, r, o.quiet)
	if err != nil {
		return err
	}
	plan := w.plan(o, s)
	plan.Addr, plan.For = s.Addr, lead+o.flooded
	answered, end := 0, time.Now().Add(plan.For)
	plan.Each = func(due time.Time, latency time.Duration) {
		if due.Add(latency).Before(end) { // those whose password is hashed are answered later
			answered++
		}
	}
	flood := o.first(asFlood, func() (load.Result, error) { return load.Run(ctx, plan) })
	time.Sleep(lead)
	before, e1 := s.Process.CPU()
	began := time.Now()
	flooded, e2 := o.read(ctx, s, r, o.flooded)
	after, e3 := s.Process.CPU()
	took := time.Since(began)
	came := <-flood
	if err := errors.Join(e1, e2, e3, came.err); err != nil {
		return fmt.Errorf("%w; the server's log: %s", err, s.Process.Tail())
	}
	r.note(quiet, flooded)
	for status, n := range came.Answers {
		r.answers[status] += n
	}
	rate := float64(answered) / plan.For.Seconds()
	r.rate = append(r.rate, rate)
	r.cost = append(r.cost, float64((after-before).Microseconds())/(rate*took.Seconds()))
	return s.Process.ForgetLog()
}

func (r *row) note(quiet, flooded []time.Duration) {
	r.quiet, r.calm = append(r.quiet, quantile(quiet, 0.99)), append(r.calm, quantile(quiet, 0.5))
	r.flooded, r.busy = append(r.flooded, quantile(flooded, 0.99)), append(r.busy, quantile(flooded, 0.5))
}

// reads is how often a page is asked for in a second: primes, so that reader and
// flood do not fall into step, and so few that one processor has time for most of
// them.
func reads(page string) int {
	if strings.HasPrefix(page, "/project/") {
		return 97
	}
	return 499
}

// read asks for a page by the clock too, and gives the latencies of the times in
// which the machine did not stand still, ascending.
func (o options) read(ctx context.Context, s *subject.Server, r *row, d time.Duration) ([]time.Duration, error) {
	all := make([]read, 0, int(d.Seconds()+1)*reads(r.page))
	watches := o.watch()
	got := <-o.first(asReader, func() (load.Result, error) {
		return load.Run(ctx, load.Plan{
			Addr: s.Addr, Conns: 16, For: d, Rate: reads(r.page), Requests: []load.Request{s.Get(r.page, 200, "Accept: text/html", "Accept-Encoding: gzip")},
			Each: func(due time.Time, latency time.Duration) { all = append(all, read{due, latency}) },
		})
	})
	still, err := watches.end()
	if err = errors.Join(got.err, err); err != nil {
		return nil, err
	}
	counted := moving(all, still)
	r.still = append(r.still, 1-float64(len(counted))/float64(len(all)))
	return counted, nil
}

func (r *row) print(w world) {
	ratio, mark := report.PairedRatio(r.flooded, r.quiet), "✓"
	if ratio >= 2 {
		mark = "✗"
	}
	var answers []string
	for _, status := range slices.Sorted(maps.Keys(r.answers)) {
		answers = append(answers, fmt.Sprintf("%d × %d", r.answers[status], status))
	}
	fmt.Printf("| %s | %s | %s | %.2f → %.2f ms | %.2f → %.2f ms | %.1f × %s (%.1f – %.1f) | %d MB | %.0f a second: %s | %.0f µs | %.0f %% |\n", r.program, w.name, r.page,
		report.Median(r.quiet), report.Median(r.flooded), report.Median(r.calm), report.Median(r.busy), ratio, mark, least(r), most(r),
		r.memory/1e6, report.Median(r.rate), strings.Join(answers, ", "), report.Median(r.cost), 100*report.Median(r.still))
}

// least and most are the ends of the rounds' ratios.
func least(r *row) float64 { return slices.Min(r.ratios()) }
func most(r *row) float64  { return slices.Max(r.ratios()) }

func (r *row) ratios() (all []float64) {
	for i := range r.quiet {
		all = append(all, r.flooded[i]/r.quiet[i])
	}
	return all
}
