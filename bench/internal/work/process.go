package work

import (
	"context"
	"math"
	"slices"
	"time"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/subject"
)

func startGroup() group {
	return group{
		name: "start", title: "Start and resident memory",
		about: "Start: from starting the process, on its data, to the first project page (200). At rest: the memory of all processes of a server, " +
			"pages that they share counted once, a few seconds later. Under load: the highest of this run until then.",
		run: runStart,
	}
}

func runStart(ctx context.Context, f *field) ([]report.Row, error) {
	load := report.Row{Work: "memory under load", Unit: "MB", Values: map[string]float64{}}
	rest := report.Row{Work: "memory at rest", Unit: "MB", Values: map[string]float64{}}
	everyone := func(*subject.Server) bool { return true }
	got, err := f.compare(ctx, pick(f.lab, 9, 5), everyone, func(ctx context.Context, s *subject.Server, round int) (sample, error) {
		if round == 0 {
			if err := s.NotePeak(); err != nil {
				return sample{}, err
			}
			load.Values[s.Name] = float64(s.Peak()) / 1e6
		}
		took, err := s.Restart(ctx, s.Page(data.Name(0)))
		if err != nil || round > 0 {
			return sample{Other: milliseconds(took)}, err
		}
		time.Sleep(pick(f.lab, 5*time.Second, 2*time.Second))
		now, err := s.Process.Proportional()
		rest.Values[s.Name] = float64(now) / 1e6
		return sample{Other: milliseconds(took)}, err
	})
	if err != nil {
		return nil, err
	}
	start := got.row("start to the first page, 2,202 projects", "ms", other,
		report.Bar{Name: "ms", Max: 150, Value: report.Median(got.of(subject.Strongroom, other))})
	delete(start.Values, subject.Limit) // it reads all wheels again when it starts
	if got.tried[subject.Strongroom] {
		rest.Bars = []report.Bar{{Name: "MB", Max: 40, Value: value(rest, subject.Strongroom)}}
		load.Bars = []report.Bar{{Name: "MB", Max: 150, Value: value(load, subject.Strongroom)}}
	}
	if len(f.lab.Only) > 0 && !slices.Contains(f.lab.Only, "upload") {
		return []report.Row{start, rest}, nil // there was no load
	}
	return []report.Row{start, rest, load}, nil
}

// value is a row's figure of a server, NaN when there is none.
func value(r report.Row, name string) float64 {
	if v, ok := r.Values[name]; ok {
		return v
	}
	return math.NaN()
}

// settleMemory is how long a server may give memory back before it is compared.
const settleMemory = 3 * time.Second

func hugeGroup() group {
	return group{
		name: "huge", title: "List of 700,000 projects", large: true,
		about: "Generated rows; 8 connections, gzip accepted, JSON. nginx and the limit send the bytes that Strongroom rendered. " +
			"Memory is Strongroom's, after reading the list, above that of the data set of 2,202 projects.",
		run: runHuge,
	}
}

func runHuge(ctx context.Context, f *field) ([]report.Row, error) {
	room := f.get(subject.Strongroom)
	if room == nil {
		return nil, nil
	}
	time.Sleep(settleMemory)
	now, _, err := room.Process.Memory()
	if err != nil {
		return nil, err
	}
	small, err := smallRoom(ctx, f.lab)
	if err != nil {
		return nil, err
	}
	out, err := f.rootRate(ctx, "700,000 projects, JSON", subject.JSON, 8)
	if err != nil {
		return nil, err
	}
	added, err := f.rootAdd(ctx, "700,000 projects", 50)
	if err != nil {
		return nil, err
	}
	more := (float64(now) - small) / 1e6
	memory := report.Row{
		Work: "700,000 projects: memory", Unit: "MB more", Values: map[string]float64{subject.Strongroom: more},
		Bars: []report.Bar{{Name: "MB", Max: 100, Value: more}},
	}
	return append(append(out, added...), memory), nil
}

// smallRoom is the resident memory of Strongroom with the main data set after
// the same reading that opened the huge stage, in bytes.
func smallRoom(ctx context.Context, l *Lab) (float64, error) {
	set := data.Main()
	wheels, err := set.Folder(l.Cache)
	if err != nil {
		return 0, err
	}
	ground := subject.Stage{Cache: l.Cache, Run: l.Run + "/small", Binary: l.Binary, Set: set, Wheels: wheels}
	s, err := subject.Start(ctx, subject.Strongroom, ground)
	if err != nil {
		return 0, err
	}
	defer s.Stop()
	if err := s.Capture(ctx, ground.Run+"/pages", nil); err != nil {
		return 0, err
	}
	time.Sleep(settleMemory)
	now, _, err := s.Process.Memory()
	return float64(now), err
}
