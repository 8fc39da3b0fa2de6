package work

import (
	"context"
	"slices"
	"time"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/subject"
)

func startGroup() group {
	return group{
		name: "start", title: "Start",
		about: "From starting the process, on its data, to the first project page (200).",
		run:   runStart,
	}
}

func runStart(ctx context.Context, f *field) ([]report.Row, error) {
	fit := func(s *subject.Server) bool { return s.Name != subject.Limit } // it reads all wheels when it starts
	got, err := f.compare(ctx, pick(f.lab, 9, 5), fit, func(ctx context.Context, s *subject.Server, _ int) (sample, error) {
		took, err := s.Restart(ctx, s.Page(data.Name(0)))
		return sample{Other: milliseconds(took)}, err
	})
	if err != nil {
		return nil, err
	}
	bar := report.Bar{Name: "ms", Max: 150, Value: report.Median(got.of(subject.Strongroom, other))}
	return []report.Row{got.row("start to the first page, 2,202 projects", "ms", other, bar)}, nil
}

func memoryGroup() group {
	return group{
		name: "memory", title: "Resident memory",
		about: "All processes of a server. At rest: a few seconds after its start, with 2,202 projects and one page read. Under load: the highest of this run.",
		run:   runMemory,
	}
}

func runMemory(ctx context.Context, f *field) ([]report.Row, error) {
	everyone := func(*subject.Server) bool { return true }
	peak := map[string]float64{}
	rest, err := f.compare(ctx, 1, everyone, func(ctx context.Context, s *subject.Server, _ int) (sample, error) {
		if err := s.NotePeak(); err != nil {
			return sample{}, err
		}
		peak[s.Name] = float64(s.Peak()) / 1e6
		if _, err := s.Restart(ctx, s.Page(data.Name(0))); err != nil {
			return sample{}, err
		}
		time.Sleep(pick(f.lab, 5*time.Second, 2*time.Second))
		now, _, err := s.Process.Memory()
		return sample{Other: float64(now) / 1e6}, err
	})
	if err != nil {
		return nil, err
	}
	bar := report.Bar{Name: "MB", Max: 40, Value: report.Median(rest.of(subject.Strongroom, other))}
	out := []report.Row{rest.row("at rest", "MB", other, bar)}
	if len(f.lab.Only) == 0 || slices.Contains(f.lab.Only, "upload") {
		load := report.Row{Work: "under load", Unit: "MB", Values: peak}
		if v, ok := peak[subject.Strongroom]; ok {
			load.Bars = []report.Bar{{Name: "MB", Max: 150, Value: v}}
		}
		out = append(out, load)
	}
	return out, nil
}

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
	now, _, err := s.Process.Memory()
	return float64(now), err
}
