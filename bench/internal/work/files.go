package work

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sys/unix"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/load"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/subject"
)

func downloadGroup() group {
	return group{
		name: "download", title: "Download of a 100 MB wheel",
		about: "One connection, the file in the page cache; nginx sends it with sendfile.",
		run:   runDownload,
	}
}

func runDownload(ctx context.Context, f *field) ([]report.Row, error) {
	size := int64(len(data.Big().Bytes()))
	requests := prepared{}
	everyone := func(*subject.Server) bool { return true }
	got, err := f.compare(ctx, pick(f.lab, 15, 5), everyone, func(ctx context.Context, s *subject.Server, _ int) (sample, error) {
		r, err := requests.get(s, func() ([]load.Request, error) {
			path, err := s.FileURL(ctx, data.BigWheel, data.Big().Filename())
			r := s.Get(path, http.StatusOK, "Accept-Encoding: identity")
			r.Length = size
			return []load.Request{r}, err
		})
		if err != nil {
			return sample{}, err
		}
		return measure(ctx, s, load.Plan{Conns: 1, Requests: r, Count: pick(f.lab, 10, 5)}, 0)
	})
	if err != nil {
		return nil, err
	}
	return []report.Row{
		got.row("download", "MB/s", mbps, got.atLeast(0.95, subject.Nginx, mbps), got.atLeast(0, subject.Limit, mbps)),
		got.row("download: CPU", "µs/file", cpu, got.atMost(0, subject.Nginx, cpu)),
	}, nil
}

func bigGroup() group {
	return group{
		name: "big", title: "Upload of a 100 MB wheel",
		about: "One client. Strongroom and the limit are started anew before each round and take one small upload first; " +
			"memory is the highest resident size during the large one, children included, above that before it.",
		run: runBig,
	}
}

func runBig(ctx context.Context, f *field) ([]report.Row, error) {
	var form []byte
	made := -1
	got, err := f.compare(ctx, pick(f.lab, 7, 3), (*subject.Server).Uploads, func(ctx context.Context, s *subject.Server, round int) (sample, error) {
		if made != round {
			form = data.Wheel{Project: fmt.Sprintf("large-upload-%d", round), Version: "1.0.0", Payload: data.LargeWheel}.Form()
			made = round
		}
		if err := refresh(ctx, s, round); err != nil {
			return sample{}, err
		}
		return uploadBig(ctx, s, form)
	})
	if err != nil {
		return nil, err
	}
	memory := report.Bar{Name: "MiB", Max: 4, Value: report.Median(got.of(subject.Strongroom, other))}
	return []report.Row{
		got.row("upload", "MB/s", mbps, got.atLeast(0.8, subject.Limit, mbps)),
		got.row("upload: CPU", "µs/file", cpu, got.atMost(0, subject.Limit, cpu)),
		got.row("upload: memory for it", "MiB", other, memory),
	}, nil
}

func uploadBig(ctx context.Context, s *subject.Server, form []byte) (sample, error) {
	unix.Sync() // what others wrote must not be this one's burden
	if err := s.Process.ForgetPeak(); err != nil {
		return sample{}, err
	}
	before, _, err := s.Process.Memory()
	if err != nil {
		return sample{}, err
	}
	highest := s.Process.Watch(25 * time.Millisecond)
	one, err := measure(ctx, s, load.Plan{Conns: 1, Count: 1, Requests: []load.Request{s.Upload(form)}}, 0)
	seen := highest()
	if err != nil {
		return sample{}, err
	}
	_, peak, err := s.Process.Memory()
	one.Other = float64(max(peak, seen)-before) / (1 << 20)
	return one, err
}

// refresh puts the server into the state of a fresh start, so that memory an
// earlier load left free is not mistaken for thrift.
func refresh(ctx context.Context, s *subject.Server, round int) error {
	if peer(s) {
		return s.NotePeak()
	}
	if _, err := s.Restart(ctx, s.Root()); err != nil {
		return err
	}
	return addProject(ctx, s, fmt.Sprintf("before-large-upload-%d", round))
}
