package flood

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"strongroom/bench/internal/data"
	"strongroom/bench/internal/subject"
)

// Command is the name with which the benchmark's program runs this.
const Command = "flood"

// options are the flags of a run.
type options struct {
	cpus     string
	client   int
	rate     int
	rounds   int
	quiet    time.Duration
	flooded  time.Duration
	only     string
	cache    string
	binaries string
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("bench "+Command, flag.ContinueOnError)
	f.StringVar(&o.cpus, "server", "0,1", "processors of the server, as taskset writes them")
	f.IntVar(&o.client, "client", 1, "processor of the reader and the flood")
	f.IntVar(&o.rate, "rate", 5000, "attempts a second")
	f.IntVar(&o.rounds, "rounds", 4, "rounds of each measure, a quiet and a flooded part each")
	f.DurationVar(&o.quiet, "quiet", 2*time.Second, "length of a quiet part")
	f.DurationVar(&o.flooded, "flooded", 3*time.Second, "length of a flooded part")
	f.StringVar(&o.only, "only", "", "measure only rows with this text, such as one or /simple/")
	f.StringVar(&o.cache, "cache", ".cache/bench", "folder for the program and the data")
	f.StringVar(&o.binaries, "strongroom", "", "measure these programs, separated by commas, in turns, instead of building ./cmd/strongroom")
	return o, f.Parse(args)
}

// set is what is read: one project of ten files.
func set() data.Set {
	return data.Set{Name: "flood", Projects: []data.Project{{Name: data.Name(0), Files: 10}}}
}

// Run measures, and writes a table as Markdown.
func Run(ctx context.Context, args []string) (err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(spare))
	runtime.LockOSThread() // a server dies with the thread that started it, and those of clients end
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.cache, err = filepath.Abs(o.cache); err != nil {
		return err
	}
	if o.binaries, err = subject.Program(ctx, o.cache, o.binaries); err != nil {
		return err
	}
	back, err := goAhead()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, back()) }()
	fmt.Printf("Server on processor %s, clients on processor %d, %d attempts a second; %d rounds.\n\n", o.cpus, o.client, o.rate, o.rounds)
	fmt.Println("| program | flood | page | p99 quiet → flooded | p50 | ratio (bar < 2 ×) | memory (bar 300 MB) | answers | processor time of an attempt | reads left out: the machine stood still |\n|---|---|---|---|---|---|---|---|---|---|")
	all, err := worlds()
	if err != nil {
		return err
	}
	for _, w := range all {
		if err := o.measure(ctx, w); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

// start serves the project with one program.
func (o options) start(ctx context.Context, w world, binary string) (s *subject.Server, end func() error, err error) {
	folder, err := os.MkdirTemp(o.cache, "flood-")
	if err != nil {
		return nil, nil, err
	}
	stage := subject.Stage{
		Cache: o.cache, Run: folder, Binary: binary, Set: set(), CPUs: o.cpus,
		Env: append([]string{"STRONGROOM_TRUSTED_PROXIES=127.0.0.1"}, w.settings...),
	}
	if stage.Wheels, err = stage.Set.Folder(o.cache); err == nil {
		s, err = subject.Start(ctx, subject.Strongroom, stage)
	}
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, func() error { return errors.Join(s.Stop(), os.RemoveAll(folder)) }, nil
}
