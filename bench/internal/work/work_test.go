package work

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/limit"
	"strongroom/bench/internal/subject"
)

// TestMain lets the test binary be the limit.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == subject.LimitCommand {
		if err := limit.Command(context.Background(), os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	if err := os.Setenv("LIMIT", self); err != nil { // for testdata/strongroom.sh
		panic(err)
	}
	os.Exit(m.Run())
}

// small starts the limit and, as Strongroom, its stand-in with few files.
func small(t *testing.T) *field {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	set := data.Set{Name: "tiny", Projects: []data.Project{{Name: data.Name(0), Files: 10}, {Name: data.ManyFiles, Files: 12}}}
	wheels, err := set.Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("../subject/testdata/strongroom.sh")
	if err != nil {
		t.Fatal(err)
	}
	l := &Lab{Cache: dir, Run: dir, Quick: true, Log: io.Discard, Servers: []string{subject.Strongroom, subject.Limit}}
	f := &field{lab: l, set: set}
	t.Cleanup(func() {
		if err := f.close(); err != nil {
			t.Error(err)
		}
	})
	ground := subject.Stage{Cache: dir, Run: filepath.Join(dir, "run"), Binary: script, Set: set, Wheels: wheels}
	if err := f.startPaged(t.Context(), ground, []string{data.Name(0), data.ManyFiles}, subject.All()); err != nil {
		t.Fatal(err)
	}
	return f
}

func everyone(*subject.Server) bool { return true }

func TestCompareTakesTurns(t *testing.T) {
	f := &field{lab: &Lab{Log: io.Discard}, servers: []*subject.Server{
		{Name: subject.Strongroom}, {Name: subject.Limit}, {Name: subject.Devpi}, {Name: subject.Nginx},
	}}
	var order []string
	got, err := f.compare(t.Context(), 3, everyone, func(_ context.Context, s *subject.Server, round int) (sample, error) {
		order = append(order, fmt.Sprint(s.Name[:1], round))
		if s.Name == subject.Nginx && round == 1 {
			return sample{}, errors.New("out of order")
		}
		return sample{Rate: float64(round)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "S0 l0 d0 n0 n1 l1 S1 S2 l2"; strings.Join(order, " ") != want {
		t.Errorf("order %v, want %s", order, want)
	}
	if len(got.rounds[subject.Devpi]) != 1 || len(got.rounds[subject.Nginx]) != 0 || len(got.notes) != 1 {
		t.Errorf("rounds %v, notes %v", got.rounds, got.notes)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.compare(stopped, 1, everyone, nil); err == nil {
		t.Error("a cancelled comparison went on")
	}
}

func TestBars(t *testing.T) {
	s := newSamples()
	for name, rates := range map[string][]float64{
		subject.Strongroom: {80, 90, 400}, subject.Limit: {100, 100, 100}, subject.Devpi: {2}, subject.Pypiserver: {3},
	} {
		s.tried[name] = true
		for _, r := range rates {
			s.rounds[name] = append(s.rounds[name], sample{Rate: r, CPU: 1 / r})
		}
	}
	if b := s.atLeast(0.85, subject.Limit, rate); b.Value != 0.9 || !b.Met() {
		t.Errorf("%+v", b)
	}
	if b := s.atMost(1.1, subject.Limit, cpu); math.Abs(b.Value-1/0.9) > 1e-9 || b.Met() {
		t.Errorf("%+v", b)
	}
	if b := s.bestPeer(50, rate); b.Value != 30 || b.Met() {
		t.Errorf("%+v", b)
	}
	row := s.row("w", "u", rate, s.atLeast(1, subject.Limit, rate), s.atLeast(1, subject.Nginx, rate))
	if len(row.Bars) != 1 || row.Values[subject.Strongroom] != 90 {
		t.Errorf("a server that took no part has a bar: %+v", row)
	}
	s.rounds[subject.Strongroom] = nil // it failed
	if row := s.row("w", "u", rate, s.atLeast(1, subject.Limit, rate)); len(row.Bars) != 1 || row.Met() {
		t.Errorf("a failure passes: %+v", row)
	}
	s.tried[subject.Strongroom] = false
	if row := s.row("w", "u", rate, s.atLeast(1, subject.Limit, rate)); len(row.Bars) != 0 {
		t.Errorf("a run without Strongroom has bars: %+v", row)
	}
}

func TestReading(t *testing.T) {
	f := small(t)
	v := view{"10 files", subject.JSON, []string{data.Name(0)}, 10}
	for _, s := range f.servers {
		for _, v.accept = range []string{subject.HTML, subject.JSON} {
			r, err := v.requests(t.Context(), s)
			if err != nil || len(r) != 1 || r[0].Length <= 0 {
				t.Errorf("%s: %d requests, %v", s.Name, len(r), err)
			}
		}
		r, err := v.revalidations(t.Context(), s)
		if err != nil || r[0].Status != 304 {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	v.files = 11
	if _, err := v.requests(t.Context(), f.get(subject.Limit)); err == nil {
		t.Error("a page with a missing file was accepted")
	}
	rows, err := f.rootRate(t.Context(), "root", subject.JSON, 2)
	if err != nil || len(rows) != 2 || rows[0].Values[subject.Strongroom] <= 0 || rows[1].Values[subject.Limit] <= 0 {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestUploading(t *testing.T) {
	f := small(t)
	for _, s := range f.servers {
		one, err := uploadAll(t.Context(), s, []data.Project{{Name: "a"}, {Name: "b"}}, 8, 0, 4)
		if err != nil || one.Rate <= 0 || one.P99 <= 0 {
			t.Errorf("%s: %+v, %v", s.Name, one, err)
		}
		if _, err := s.FileURL(t.Context(), "b", data.Project{Name: "b"}.Wheel(3).Filename()); err != nil {
			t.Error(err)
		}
		if _, err := growInto(t.Context(), s, data.Project{Files: 1}, 0, 5); err != nil {
			t.Error(err)
		}
		if _, err := s.FileURL(t.Context(), "empty-0", data.Project{Name: "empty-0"}.Wheel(5).Filename()); err != nil {
			t.Error(err)
		}
		if err := refresh(t.Context(), s, 0); err != nil {
			t.Error(err)
		}
		big, err := uploadBig(t.Context(), s, data.Wheel{Project: "large", Version: "1", Payload: 1 << 20}.Form())
		if err != nil || big.MBps <= 0 || big.Other < 0 {
			t.Errorf("%s: %+v, %v", s.Name, big, err)
		}
	}
}

// TestMemoryOfAnUploadIsSeen is the control of a figure that is near zero for a
// good server: one that holds uploads in memory must show their size.
func TestMemoryOfAnUploadIsSeen(t *testing.T) {
	t.Parallel()
	script, err := filepath.Abs("testdata/greedy.py")
	if err != nil {
		t.Fatal(err)
	}
	s, err := subject.Start(t.Context(), subject.Strongroom, subject.Stage{Run: t.TempDir(), Binary: script})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if err := refresh(t.Context(), s, 0); err != nil {
		t.Fatal(err)
	}
	one, err := uploadBig(t.Context(), s, data.Wheel{Project: "large", Version: "1", Payload: 20 << 20}.Form())
	if err != nil || one.Other < 19 || one.Other > 60 {
		t.Errorf("an upload of 20 MiB took %.1f MiB, %v", one.Other, err)
	}
}

func TestSeeing(t *testing.T) {
	f := small(t)
	rows, err := runVisible(t.Context(), f)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%+v, %v", rows, err)
	}
	for _, row := range rows {
		if !row.Met() || row.Bars[0].Value != 100 || len(row.Values) != 2 {
			t.Errorf("%+v", row)
		}
	}
	s := f.get(subject.Limit)
	if err := addProject(t.Context(), s, "brand-new"); err != nil {
		t.Fatal(err)
	}
	if waited, err := waitForRoot(t.Context(), s, "brand-new"); err != nil || waited <= 0 {
		t.Errorf("%s, %v", waited, err)
	}
}

func TestCostOfAdding(t *testing.T) {
	s := small(t).get(subject.Limit)
	if cost, err := addCost(t.Context(), s, "another"); err != nil || cost.Other <= 0 || cost.Other > 1000 {
		t.Errorf("%+v, %v", cost, err)
	}
}

func TestStarting(t *testing.T) {
	rows, err := runStart(t.Context(), small(t))
	if err != nil || len(rows) != 3 {
		t.Fatalf("%+v, %v", rows, err)
	}
	for _, row := range rows {
		if row.Values[subject.Strongroom] <= 0 || len(row.Bars) != 1 {
			t.Errorf("%+v", row)
		}
	}
	if _, ok := rows[0].Values[subject.Limit]; ok || rows[1].Values[subject.Limit] <= 0 {
		t.Errorf("the limit's figures: %+v", rows)
	}
}

func TestGrowing(t *testing.T) {
	f := small(t)
	f.set.Projects = []data.Project{{Name: data.ManyFiles, Files: 1000}}
	rows, err := runGrowth(t.Context(), f)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%+v, %v", rows, err)
	}
	if rows[0].Work != "into a project of 1 file" || len(rows[0].Bars) != 0 || len(rows[0].Values) != 2 {
		t.Errorf("%+v", rows[0])
	}
	if b := rows[1].Bars; len(b) != 1 || b[0].Min != 0.8 || b[0].Value <= 0 {
		t.Errorf("%+v", rows[1])
	}
}

func TestAddingToTheList(t *testing.T) {
	f := small(t)
	rows, err := f.rootAdd(t.Context(), "a few", 50)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%+v, %v", rows, err)
	}
	for _, row := range rows {
		if len(row.Values) != 2 || len(row.Bars) != 1 || math.IsNaN(row.Bars[0].Value) {
			t.Errorf("%+v", row)
		}
	}
	f.set = data.Set{} // generated rows
	if f.lists(f.get(subject.Limit)) || !f.lists(f.get(subject.Strongroom)) {
		t.Error("generated projects are not only Strongroom's")
	}
}

func TestMeasureKnowsItsGroups(t *testing.T) {
	l := &Lab{Only: []string{"everything"}, Log: io.Discard}
	if _, err := l.Measure(t.Context()); err == nil || !strings.Contains(err.Error(), "pages") {
		t.Errorf("error %v", err)
	}
	names := Groups()
	slices.Sort(names)
	if len(slices.Compact(names)) != len(Groups()) || len(names) < 11 {
		t.Errorf("groups %v", Groups())
	}
}
