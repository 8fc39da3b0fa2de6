package work

import (
	"context"
	"fmt"
	"maps"

	"golang.org/x/sys/unix"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/load"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/subject"
)

func uploadGroup() group {
	return group{
		name: "upload", title: "Upload of 20 kB wheels",
		about: "8 clients, or one that sends a file after the other, as twine does; each round adds 20 projects with 20 versions, one client 5. Strongroom and the " +
			"limit answer when the file, its metadata, their folders and the record of the upload are synced to disk; neither peer syncs the file.",
		run: runUpload,
	}
}

func runUpload(ctx context.Context, f *field) ([]report.Row, error) {
	got, err := f.uploadBy(ctx, 8, 20)
	if err != nil {
		return nil, err
	}
	alone, err := f.uploadBy(ctx, 1, 5)
	if err != nil {
		return nil, err
	}
	return []report.Row{
		got.row("upload, 8 clients", "files/s", rate, got.atLeast(0.5, subject.Limit, rate), got.atLeast(0.7, subject.Earlier, rate), got.bestPeer(2.5, rate)),
		got.row("upload: CPU", "µs/file", cpu, got.atMost(0, subject.Limit, cpu), got.atMost(0, subject.Earlier, cpu)),
		got.row("upload: p99", "ms", p99, got.atMost(0, subject.Limit, p99), got.atMost(0, subject.Earlier, p99)),
		alone.row("upload, one client", "files/s", rate, alone.atLeast(0, subject.Limit, rate), alone.atLeast(0.7, subject.Earlier, rate)),
	}, nil
}

// uploadBy uploads so many versions of 20 new projects a round from so many clients.
func (f *field) uploadBy(ctx context.Context, clients, versions int) (samples, error) {
	return f.compare(ctx, pick(f.lab, 9, 3), (*subject.Server).Uploads, func(ctx context.Context, s *subject.Server, round int) (sample, error) {
		projects := make([]data.Project, 20)
		for i := range projects {
			projects[i].Name = fmt.Sprintf("uploaded-by-%d-%d-%d", clients, round, i)
		}
		n := versions
		if peer(s) {
			n = min(n, pick(f.lab, 10, 2))
		}
		return uploadAll(ctx, s, projects, clients, 0, n)
	})
}

// uploadAll uploads versions first … first+n-1 of each project with so many
// clients, one version of all projects after the other.
func uploadAll(ctx context.Context, s *subject.Server, projects []data.Project, clients, first, n int) (sample, error) {
	var requests []load.Request
	for i := range n {
		for _, p := range projects {
			requests = append(requests, s.Upload(p.Wheel(first+i).Form()))
		}
	}
	unix.Sync() // what others wrote must not be this one's burden
	return measure(ctx, s, load.Plan{Conns: clients, Count: len(requests), Requests: requests}, 0)
}

func growthGroup() group {
	return group{
		name: "growth", title: "Upload into a project that has many files",
		about: "8 clients, 200 (quick: 100) new versions of one project a round, in turns with a project that has one file.",
		run:   runGrowth,
	}
}

// runGrowth uploads into an empty project and the large ones in turns; the
// ratios are those of one server with itself.
func runGrowth(ctx context.Context, f *field) ([]report.Row, error) {
	targets := append([]data.Project{{Name: "", Files: 1}}, f.set.Projects...)
	bounds := map[int]float64{1000: 0.8, 10_000: 0.5}
	got := make([]samples, len(targets))
	for i := range got {
		got[i] = newSamples()
	}
	for round := range pick(f.lab, 7, 3) {
		for i := range targets {
			i = (i + round) % len(targets) // no target is always the first
			one, err := f.compare(ctx, 1, (*subject.Server).Uploads, func(ctx context.Context, s *subject.Server, _ int) (sample, error) {
				return growInto(ctx, s, targets[i], round, pick(f.lab, 200, 100))
			})
			if err != nil {
				return nil, err
			}
			got[i].add(one)
		}
	}
	var out []report.Row
	for i, target := range targets {
		row := got[i].row(fmt.Sprintf("into a project of %s", plural(target.Files)), "files/s", rate)
		if bound := bounds[target.Files]; bound > 0 && f.get(subject.Strongroom) != nil {
			ratio := report.PairedRatio(got[i].of(subject.Strongroom, rate), got[0].of(subject.Strongroom, rate))
			row.Bars = append(row.Bars, report.Bar{Name: "× into an empty one", Min: bound, Value: ratio})
		}
		out = append(out, row)
	}
	return out, nil
}

func plural(files int) string {
	if files == 1 {
		return "1 file"
	}
	return report.Figure(float64(files)) + " files"
}

// add appends the rounds of other.
func (s *samples) add(other samples) {
	for name, rounds := range other.rounds {
		s.rounds[name] = append(s.rounds[name], rounds...)
	}
	maps.Copy(s.tried, other.tried)
	s.notes = append(s.notes, other.notes...)
}

// growInto adds step versions to a project; round keeps them apart.
func growInto(ctx context.Context, s *subject.Server, target data.Project, round, step int) (sample, error) {
	first := target.Files + round*step
	if target.Name == "" { // a new one each round, made before the clock runs
		target.Name, first = fmt.Sprintf("empty-%d", round), 1
		if err := addProject(ctx, s, target.Name); err != nil {
			return sample{}, err
		}
	}
	return uploadAll(ctx, s, []data.Project{target}, 8, first, step)
}
