package work

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/load"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/subject"
)

// field is a set of servers that run on the same data.
type field struct {
	lab     *Lab
	set     data.Set
	servers []*subject.Server
}

func (f *field) start(ctx context.Context, name string, ground subject.Stage) error {
	if !slices.Contains(f.lab.Servers, name) {
		return nil
	}
	f.lab.say("start %s", name)
	s, err := subject.Start(ctx, name, ground)
	if err != nil {
		return err
	}
	f.servers = append(f.servers, s)
	return nil
}

func (f *field) close() error {
	var errs []error
	for _, s := range f.servers {
		errs = append(errs, s.Stop())
	}
	f.servers = nil
	return errors.Join(errs...)
}

// get finds a running server; nil when it does not take part.
func (f *field) get(name string) *subject.Server {
	i := slices.IndexFunc(f.servers, func(s *subject.Server) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return f.servers[i]
}

// peer says whether a server is one of those that Strongroom replaces: they are
// so much slower that one round tells enough.
func peer(s *subject.Server) bool { return s.Name == subject.Pypiserver || s.Name == subject.Devpi }

// sample is what one round measured.
type sample struct {
	Rate  float64 // answers a second
	MBps  float64 // 10⁶ bytes of bodies a second
	CPU   float64 // µs of the server's processor time an answer
	P99   float64 // ms
	Other float64 // what the workload says
}

// samples holds the rounds of each server.
type samples struct {
	rounds map[string][]sample
	tried  map[string]bool // servers that took part, also those that failed
	notes  []string
}

func newSamples() samples {
	return samples{rounds: map[string][]sample{}, tried: map[string]bool{}}
}

// task is one round of one server.
type task func(ctx context.Context, s *subject.Server, round int) (sample, error)

// compare gives each server its rounds, in turns and in alternating order. A
// server that fails is left out from then on, and the failure is noted. fit says
// which servers can do the work.
func (f *field) compare(ctx context.Context, rounds int, fit func(*subject.Server) bool, t task) (samples, error) {
	out := newSamples()
	failed := map[string]bool{}
	for round := range rounds {
		order := slices.Clone(f.servers)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, s := range order {
			if !fit(s) || failed[s.Name] || (peer(s) && round > 0) {
				continue
			}
			if err := ctx.Err(); err != nil {
				return out, err
			}
			out.tried[s.Name] = true
			one, err := t(ctx, s, round)
			if err != nil {
				failed[s.Name] = true
				delete(out.rounds, s.Name)
				out.notes = append(out.notes, fmt.Sprintf("%s: %v", s.Name, err))
				f.lab.say("  %s failed: %v", s.Name, err)
				continue
			}
			out.rounds[s.Name] = append(out.rounds[s.Name], one)
		}
	}
	return out, nil
}

// measure carries out a plan after a short warm-up (none when it counts) and
// adds the server's processor time.
func measure(ctx context.Context, s *subject.Server, p load.Plan, warm time.Duration) (sample, error) {
	p.Addr = s.Addr
	if warm > 0 {
		first := p
		first.For, first.Count = warm, 0
		if _, err := load.Run(ctx, first); err != nil {
			return sample{}, err
		}
	}
	if err := s.Process.ForgetLog(); err != nil {
		return sample{}, err
	}
	before, err := s.Process.CPU()
	if err != nil {
		return sample{}, err
	}
	r, err := load.Run(ctx, p)
	if err != nil {
		return sample{}, err
	}
	after, err := s.Process.CPU()
	return sample{
		Rate: r.Rate(), MBps: r.Throughput(), P99: milliseconds(r.Quantile(0.99)),
		CPU: float64((after - before).Microseconds()) / float64(r.Requests),
	}, err
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// figure chooses one figure of a sample.
type figure func(sample) float64

func rate(s sample) float64  { return s.Rate }
func mbps(s sample) float64  { return s.MBps }
func cpu(s sample) float64   { return s.CPU }
func p99(s sample) float64   { return s.P99 }
func other(s sample) float64 { return s.Other }

func (s samples) of(name string, f figure) []float64 {
	var out []float64
	for _, one := range s.rounds[name] {
		out = append(out, f(one))
	}
	return out
}

// row puts the medians of one figure into a row.
func (s samples) row(work, unit string, f figure, bars ...report.Bar) report.Row {
	r := report.Row{Work: work, Unit: unit, Values: map[string]float64{}, Notes: s.notes}
	for name := range s.rounds {
		r.Values[name] = report.Median(s.of(name, f))
	}
	if !s.tried[subject.Strongroom] {
		return r
	}
	for _, b := range bars {
		if b.Name != "" {
			r.Bars = append(r.Bars, b)
		}
	}
	return r
}

// atLeast and atMost compare Strongroom with another server, round by round. A
// bound of 0 asks nothing; without the other server there is no bar.
func (s samples) atLeast(bound float64, name string, f figure) report.Bar {
	if !s.tried[name] {
		return report.Bar{}
	}
	return report.Bar{Name: "× " + name, Min: bound, Value: report.PairedRatio(s.of(subject.Strongroom, f), s.of(name, f))}
}

func (s samples) atMost(bound float64, name string, f figure) report.Bar {
	b := s.atLeast(0, name, f)
	b.Max = bound
	return b
}

// bestPeer compares Strongroom with the faster of the peers.
func (s samples) bestPeer(bound float64, f figure) report.Bar {
	best := math.NaN()
	for _, name := range []string{subject.Pypiserver, subject.Devpi} {
		if v := report.Median(s.of(name, f)); math.IsNaN(best) || v > best {
			best = v
		}
	}
	if math.IsNaN(best) {
		return report.Bar{}
	}
	return report.Bar{Name: "× best peer", Min: bound, Value: report.Median(s.of(subject.Strongroom, f)) / best}
}
