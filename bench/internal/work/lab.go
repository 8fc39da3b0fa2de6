// Package work holds the workloads of the benchmark. Each group of them stands
// on a field of running servers, gives every server the same work in turns, and
// compares rounds that ran one after the other.
package work

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/rows"
	"strongroom/bench/internal/subject"
)

// Lab says what to measure and where.
type Lab struct {
	Cache   string   // kept between runs
	Run     string   // of this run; removed by the caller
	Binary  string   // strongroom
	Former  string   // an earlier build of it; only with [subject.Earlier] among the servers
	Servers []string // names, in the order of subject.All
	Only    []string // group names; empty: all
	Quick   bool     // fewer and shorter rounds, no large data
	Log     io.Writer

	began time.Time
}

// stage is a state of the world that several groups share.
type stage struct {
	open   func(context.Context, *Lab) (*field, error)
	groups []group
}

// group is one table of the report.
type group struct {
	name, title, about string
	large              bool // left out of a quick run
	run                func(context.Context, *field) ([]report.Row, error)
}

func stages() []stage {
	return []stage{
		{openMain, []group{pagesGroup(), latencyGroup(), revalidateGroup(), rootGroup(), downloadGroup(), uploadGroup(), bigGroup(), visibleGroup(), startGroup()}},
		{openGrowth, []group{growthGroup()}},
		{openHuge, []group{hugeGroup()}},
	}
}

// Groups lists the names that Only may hold.
func Groups() []string {
	var names []string
	for _, s := range stages() {
		for _, g := range s.groups {
			names = append(names, g.name)
		}
	}
	return names
}

// Measure runs the chosen groups.
func (l *Lab) Measure(ctx context.Context) ([]report.Group, error) {
	for _, name := range l.Only {
		if !slices.Contains(Groups(), name) {
			return nil, fmt.Errorf("no group is called %q; the groups are %v", name, Groups())
		}
	}
	l.began = time.Now()
	var out []report.Group
	for _, s := range stages() {
		done, err := l.stage(ctx, s)
		out = append(out, done...)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func (l *Lab) stage(ctx context.Context, s stage) (out []report.Group, err error) {
	chosen := slices.DeleteFunc(slices.Clone(s.groups), func(g group) bool {
		return (len(l.Only) > 0 && !slices.Contains(l.Only, g.name)) || (len(l.Only) == 0 && l.Quick && g.large)
	})
	if len(chosen) == 0 {
		return nil, nil
	}
	f, err := s.open(ctx, l)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	for _, g := range chosen {
		l.say("%s", g.title)
		table, err := g.run(ctx, f)
		if err != nil {
			return out, fmt.Errorf("%s: %w", g.name, err)
		}
		out = append(out, report.Group{Title: g.title, About: g.about, Rows: table})
	}
	return out, nil
}

// say notes progress with the time since the start.
func (l *Lab) say(format string, args ...any) {
	fmt.Fprintf(l.Log, "%5.0fs  %s\n", time.Since(l.began).Seconds(), fmt.Sprintf(format, args...))
}

// pick chooses between the figure of a full run and that of a quick one.
func pick[T any](l *Lab, full, quick T) T {
	if l.Quick {
		return quick
	}
	return full
}

// openMain starts all servers on the main data set. nginx and the limit send
// the bytes that Strongroom rendered, or those of a bare limit without it.
func openMain(ctx context.Context, l *Lab) (*field, error) {
	l.say("data")
	set := data.Main()
	wheels, err := set.Folder(l.Cache)
	if err != nil {
		return nil, err
	}
	ground := subject.Stage{Cache: l.Cache, Run: filepath.Join(l.Run, "main"), Binary: l.Binary, Former: l.Former, Set: set, Wheels: wheels}
	f := &field{lab: l, set: set}
	projects := []string{data.ManyFiles}
	for i := range data.Small {
		projects = append(projects, data.Name(i))
	}
	if err := f.startPaged(ctx, ground, projects, append(subject.All(), subject.Earlier)); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// openGrowth starts the servers whose uploads are compared with themselves.
func openGrowth(ctx context.Context, l *Lab) (*field, error) {
	set := data.Growth(!l.Quick)
	wheels, err := set.Folder(l.Cache)
	if err != nil {
		return nil, err
	}
	ground := subject.Stage{Cache: l.Cache, Run: filepath.Join(l.Run, "growth"), Binary: l.Binary, Set: set, Wheels: wheels}
	f := &field{lab: l, set: set}
	for _, name := range []string{subject.Strongroom, subject.Limit} {
		if err := f.start(ctx, name, ground); err != nil {
			return nil, errors.Join(err, f.close())
		}
	}
	return f, nil
}

// hugeProjects is how many projects the root list of the huge stage has.
const hugeProjects = 700_000

// openHuge starts Strongroom with generated rows, and the limit and nginx with
// the root list it answers.
func openHuge(ctx context.Context, l *Lab) (*field, error) {
	ground := subject.Stage{Cache: l.Cache, Run: filepath.Join(l.Run, "huge"), Binary: l.Binary}
	ground.Rows = func(ctx context.Context, room string) error { return rows.Fill(ctx, room, hugeProjects) }
	f := &field{lab: l}
	if !slices.Contains(l.Servers, subject.Strongroom) {
		l.say("left out: the root list of %d projects comes from Strongroom", hugeProjects)
		return f, nil
	}
	if err := f.startPaged(ctx, ground, nil, []string{subject.Strongroom, subject.Limit, subject.Nginx}); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// startPaged starts the page server first, captures its pages, and then starts
// the others on them.
func (f *field) startPaged(ctx context.Context, ground subject.Stage, projects, names []string) error {
	source := subject.Strongroom
	if !slices.Contains(f.lab.Servers, source) {
		source = subject.Limit
	}
	f.lab.say("start %s", source)
	first, err := subject.Start(ctx, source, ground)
	if err != nil {
		return err
	}
	pages := filepath.Join(ground.Run, "pages")
	if err := errors.Join(os.MkdirAll(pages, 0o755), first.Capture(ctx, pages, projects)); err != nil {
		return errors.Join(err, first.Stop())
	}
	if source == subject.Strongroom {
		f.servers = append(f.servers, first)
	} else if err := first.Stop(); err != nil {
		return err
	}
	ground.Pages = pages
	for _, name := range names {
		if name == subject.Strongroom {
			continue
		}
		if err := f.start(ctx, name, ground); err != nil {
			return err
		}
	}
	return nil
}
