package work

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/load"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/subject"
)

func visibleGroup() group {
	return group{
		name: "visible", title: "From an upload to the page",
		about: "One client uploads a version and then reads the project's page until it lists the file. The time runs from the upload's answer.",
		run:   runVisible,
	}
}

func runVisible(ctx context.Context, f *field) ([]report.Row, error) {
	var out []report.Row
	for _, p := range f.set.Projects {
		if p.Name != data.Name(0) && p.Name != data.ManyFiles {
			continue
		}
		atOnce := map[string]float64{}
		got, err := f.compare(ctx, pick(f.lab, 20, 8), (*subject.Server).Uploads, func(ctx context.Context, s *subject.Server, round int) (sample, error) {
			waited, reads, err := uploadAndLook(ctx, s, p.Name, p.Wheel(5000+round))
			if reads == 1 {
				atOnce[s.Name]++
			}
			return sample{Other: milliseconds(waited)}, err
		})
		if err != nil {
			return nil, err
		}
		share := 100 * atOnce[subject.Strongroom] / float64(len(got.rounds[subject.Strongroom]))
		title := fmt.Sprintf("listed after, %s files", report.Figure(float64(p.Files)))
		out = append(out, got.row(title, "ms", other, report.Bar{Name: "% in the first read", Min: 100, Value: share}))
	}
	return out, nil
}

// uploadAndLook returns the time from the upload's answer to a page that lists
// the file, and how often the page was read.
func uploadAndLook(ctx context.Context, s *subject.Server, project string, w data.Wheel) (waited time.Duration, reads int, err error) {
	upload := load.Plan{Addr: s.Addr, Conns: 1, Count: 1, Requests: []load.Request{s.Upload(w.Form())}}
	if _, err := load.Run(ctx, upload); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	for {
		a, err := s.Fetch(ctx, s.Page(project), rootForm(s), true)
		if err != nil {
			return 0, reads, err
		}
		reads++
		if bytes.Contains(a.Plain, []byte(w.Filename())) {
			return time.Since(began), reads, nil
		}
		if time.Since(began) > 10*time.Second {
			return 0, reads, fmt.Errorf("the page does not list %s after 10 s", w.Filename())
		}
		time.Sleep(time.Millisecond)
	}
}
