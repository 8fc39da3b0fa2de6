package withdrawn

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"strongroom/bench/internal/subject"
)

// Command is the name with which the benchmark's program runs this.
const Command = "withdrawn"

// options are the flags of a run.
type options struct {
	postgres string // a server on which databases can be made; empty for SQLite
	projects int
	rounds   int
	requests int
	cache    string
	binary   string
	keep     bool
	again    string // folder of databases that were kept; empty makes new ones
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("bench "+Command, flag.ContinueOnError)
	f.StringVar(&o.postgres, "postgres", "", "postgres://… of a server on which this may make databases; without it SQLite is measured")
	f.IntVar(&o.projects, "projects", 700_000, "projects; each has ten releases and 21 files")
	f.IntVar(&o.rounds, "rounds", 20, "rounds of each measure")
	f.IntVar(&o.requests, "requests", 500, "requests a round and server, each for another project")
	f.StringVar(&o.cache, "cache", ".cache/bench", "folder for the program and the data")
	f.StringVar(&o.binary, "strongroom", "", "measure this program instead of building ./cmd/strongroom")
	f.BoolVar(&o.keep, "keep", false, "keep the databases")
	f.StringVar(&o.again, "again", "", "measure the databases that an earlier run kept: its folder withdrawn-… in the cache; they are kept again")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.keep = o.keep || o.again != ""
	return o, nil
}

// Run makes both databases, measures, and writes a table as Markdown.
func Run(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.binary, err = subject.Program(ctx, o.cache, o.binary); err != nil {
		return err
	}
	folder := o.again
	if folder == "" {
		if folder, err = os.MkdirTemp(o.cache, "withdrawn-"); err != nil {
			return err
		}
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	return o.run(ctx, folder, os.Stdout)
}

func (o options) run(ctx context.Context, folder string, out io.Writer) (err error) {
	var sides [2]*side
	defer func() {
		for _, s := range sides {
			if s != nil {
				err = errors.Join(err, s.close(ctx, o.keep))
			}
		}
		if !o.keep {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}()
	for i, name := range []string{"without", "with"} {
		fmt.Fprintf(os.Stderr, "making the database %s deleted rows\n", name)
		if sides[i], err = o.make(ctx, folder, name); err != nil {
			return err
		}
	}
	for _, s := range sides {
		if err := s.serve(ctx, o.binary); err != nil {
			return err
		}
	}
	table, err := o.measure(ctx, sides[1], sides[0])
	if err != nil {
		return err
	}
	return table.write(out, o, sides[1])
}
