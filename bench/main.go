// Command bench measures Strongroom beside the limit of what a Go server can
// do, nginx, and the peers pypiserver and devpi, and writes the comparison as
// Markdown:
//
//	go run ./bench -out docs/BENCHMARKS.md
//	go run ./bench -quick -only pages,upload
//	go run ./bench flood                               what a flood of sign-ins does to readers
//	go run ./bench withdrawn -postgres postgres://…    what deleted rows cost, on data of PyPI's size
//
// It runs on Linux and needs Go, Python 3 and nginx (which it installs from the
// system's packages when it may). Data and the peers' environments are kept in
// .cache/bench.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"strongroom/bench/internal/flood"
	"strongroom/bench/internal/limit"
	"strongroom/bench/internal/report"
	"strongroom/bench/internal/subject"
	"strongroom/bench/internal/withdrawn"
	"strongroom/bench/internal/work"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := bench
	args := os.Args[1:]
	if len(args) > 0 && args[0] == subject.LimitCommand {
		run, args = limit.Command, args[1:]
	} else if len(args) > 0 && args[0] == withdrawn.Command {
		run, args = withdrawn.Run, args[1:]
	} else if len(args) > 0 && args[0] == flood.Command {
		run, args = flood.Run, args[1:]
	}
	if err := run(ctx, args); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags of a run.
type options struct {
	quick, keep       bool
	only, servers     string
	out, cache, notes string
	binary, earlier   string
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.BoolVar(&o.quick, "quick", false, "fewer and shorter rounds, no large data (≤ 4 minutes instead of ≤ 25)")
	f.StringVar(&o.only, "only", "", "comma-separated groups: "+strings.Join(work.Groups(), ","))
	f.StringVar(&o.servers, "servers", strings.Join(subject.All(), ","), "comma-separated servers to measure")
	f.StringVar(&o.out, "out", "", "write the Markdown to this file instead of the terminal")
	f.StringVar(&o.notes, "notes", "bench/NOTES.md", "Markdown to append, when the file exists")
	f.StringVar(&o.cache, "cache", ".cache/bench", "folder kept between runs")
	f.StringVar(&o.binary, "strongroom", "", "measure this program instead of building ./cmd/strongroom")
	f.StringVar(&o.earlier, "earlier", "", "measure this earlier build of the program beside the present one")
	f.BoolVar(&o.keep, "keep", false, "keep the servers' folders and logs of this run")
	return o, f.Parse(args)
}

func bench(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	lab, err := newLab(ctx, o)
	if err != nil {
		return err
	}
	if !o.keep {
		defer os.RemoveAll(lab.Run)
	}
	began, busy := time.Now(), report.Busy(runtime.NumCPU())
	groups, failed := lab.Measure(ctx)
	if len(groups) == 0 {
		return failed
	}
	notes, err := os.ReadFile(o.notes)
	if err != nil && !os.IsNotExist(err) {
		return errors.Join(failed, err)
	}
	r := report.Report{Columns: lab.Servers, Facts: facts(o, began, busy), Groups: groups, Notes: about + "\n" + string(notes)}
	return errors.Join(failed, write(r, o.out))
}

// newLab prepares a fresh folder for the run and, where it takes part, builds
// Strongroom.
func newLab(ctx context.Context, o options) (*work.Lab, error) {
	cache, err := filepath.Abs(o.cache)
	if err != nil {
		return nil, err
	}
	l := &work.Lab{Cache: cache, Binary: o.binary, Former: o.earlier, Only: list(o.only), Quick: o.quick, Log: os.Stderr}
	for _, name := range subject.All() {
		if slices.ContainsFunc(list(o.servers), func(s string) bool { return strings.EqualFold(s, name) }) {
			l.Servers = append(l.Servers, name)
		}
	}
	if len(l.Servers) != len(list(o.servers)) {
		return nil, fmt.Errorf("-servers %s: the servers are %s", o.servers, strings.Join(subject.All(), ","))
	}
	if o.earlier != "" {
		l.Servers = append(l.Servers, subject.Earlier)
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	if slices.Contains(l.Servers, subject.Strongroom) && l.Binary == "" {
		if l.Binary, err = subject.Build(ctx, cache); err != nil {
			return nil, err
		}
	}
	l.Run, err = os.MkdirTemp(cache, "run-")
	return l, err
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

//go:embed about.md
var about string

func facts(o options, began time.Time, busy string) []string {
	kind := "A full run"
	if o.quick {
		kind = "A quick run (few and short rounds: the figures are rough)"
	}
	facts := report.Machine(began)
	if o.binary != "" {
		facts = append(facts, "**Not a build of this checkout**: the column Strongroom is a program given with `-strongroom`")
	}
	if busy != "" {
		facts = append(facts, busy)
	}
	return append(facts,
		fmt.Sprintf("%s, %s long; figures are medians of the rounds, ratios medians of paired rounds", kind, time.Since(began).Round(time.Second)),
		"Run it again: `go run ./bench -out docs/BENCHMARKS.md` (`-quick` for a first look, `-help` for more)")
}

func write(r report.Report, out string) error {
	if out == "" {
		return r.Write(os.Stdout)
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	return errors.Join(r.Write(f), f.Close())
}
