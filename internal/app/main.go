package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"strongroom/internal/blob"
	"strongroom/internal/config"
	"strongroom/internal/ops"
	"strongroom/internal/sandbox"
	"strongroom/internal/upload"
)

// Main is the program: it parses the arguments, carries the command out and
// returns the exit code: 0 for success, 1 for a failure or finding, 2 for a
// command line that cannot be understood.
func Main(ctx context.Context, args []string, console ops.Console) int {
	cli, command, code, done := parse(args, console)
	if done {
		return code
	}
	return exitCode(dispatch(ctx, cli, command, args, console), console)
}

// exitCode tells an error and gives the program's exit code for it.
func exitCode(err error, console ops.Console) int {
	var exit ops.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.Code
	}
	fmt.Fprintf(console.Stderr, "strongroom: %v\n", err)
	return 1
}

// parse reads the command line. done says that everything was said already,
// as after --help.
func parse(args []string, console ops.Console) (cli *ops.CLI, command *kong.Context, code int, done bool) {
	cli = &ops.CLI{}
	exited := -1
	parser, err := kong.New(cli,
		kong.Name("strongroom"),
		kong.Description("A Python package index: one binary that people publish to and install from."),
		kong.Writers(console.Stdout, console.Stderr),
		kong.UsageOnError(),
		kong.Exit(func(code int) { exited = code }))
	if err != nil { // the grammar is a constant of the program
		panic(err)
	}
	command, err = parser.Parse(args)
	if exited >= 0 {
		return nil, nil, exited, true
	}
	if err != nil {
		fmt.Fprintf(console.Stderr, "strongroom: %v\nTry: strongroom --help\n", err)
		return nil, nil, 2, true
	}
	return cli, command, 0, false
}

func dispatch(ctx context.Context, cli *ops.CLI, command *kong.Context, args []string, console ops.Console) error {
	selected := command.Selected().Target.Addr().Interface()
	switch c := selected.(type) {
	case *ops.ServeCommand:
		return serve(ctx, cli, c, console)
	case ops.Local:
		return c.RunLocal(ctx, console)
	}
	settings, err := settings(cli, console.Dir)
	if err != nil {
		return err
	}
	switch c := selected.(type) {
	case ops.Gate:
		return runGate(ctx, settings, c, console)
	case ops.Offline:
		return runOffline(ctx, settings, c, console)
	}
	return runCommand(ctx, settings, selected.(ops.Command), args, console)
}

// runGate carries out a command that needs the gate but no index.
func runGate(ctx context.Context, c config.Config, command ops.Gate, console ops.Console) error {
	pool, err := sandbox.New(sandbox.Options{Parallel: c.Gate.Checks})
	if err != nil {
		return err
	}
	defer pool.Close()
	return command.RunGate(ctx, console, upload.Examiner{Policy: policy(c), Look: upload.Sandboxed(pool), Now: time.Now().UTC()}, pool.Layers())
}

// settings reads file and environment, and lets the flags win.
func settings(cli *ops.CLI, dir string) (config.Config, error) {
	c, err := config.Load(cli.Config, os.Environ())
	if err != nil {
		return c, err
	}
	if cli.Data != "" {
		c.Data = cli.Data
	}
	if cli.Serve.Listen != "" {
		c.Listen = cli.Serve.Listen
	}
	c.Data = ops.Absolute(dir, c.Data)
	return c.Resolve()
}

func serve(ctx context.Context, cli *ops.CLI, _ *ops.ServeCommand, console ops.Console) error {
	c, err := settings(cli, console.Dir)
	if err != nil {
		return err
	}
	a, err := Open(ctx, c, slog.New(slog.NewJSONHandler(console.Stderr, nil)))
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Sandbox(); err != nil {
		return err
	}
	a.tellSandbox()
	s, err := a.Listen()
	if err != nil {
		return err
	}
	addProcessors(a.Passwords.Parallel() + blob.Aside())
	if err := a.welcome(ctx, console); err != nil {
		return err
	}
	return s.Run(ctx)
}

// lockPatience is how long a command waits for a folder that is locked though
// no server listens in it: a server may be about to, or another command ends.
const lockPatience = 5 * time.Second

// runCommand carries a command out in the server that owns the data folder, or
// here when there is none.
func runCommand(ctx context.Context, c config.Config, command ops.Command, args []string, console ops.Console) error {
	log := slog.New(slog.NewTextHandler(console.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if remote, err := dialServer(c.Data); err == nil {
			return remote.run(ctx, command, args, console)
		}
		a, err := Open(ctx, c, log)
		if err == nil {
			defer a.Close()
			if err := a.Sandbox(); err != nil {
				return err
			}
			return command.Run(ctx, a.Operator(console))
		}
		if !errors.Is(err, ErrLocked) || time.Since(begun) > lockPatience || ctx.Err() != nil {
			return err
		}
	}
}

// runOffline carries out a command that must have the data folder to itself
// and finds it before the index is opened.
func runOffline(ctx context.Context, c config.Config, command ops.Offline, console ops.Console) error {
	if remote, err := dialServer(c.Data); err == nil {
		remote.close()
		return fmt.Errorf("a server is using %s; stop it first", c.Data)
	}
	if err := makeFolder(c.Data); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	lock, err := lockFolder(c.Data)
	if err != nil {
		return err
	}
	defer lock.release()
	return command.RunOffline(ctx, console, ops.Folders{Data: c.Data, Storage: storageFolder(c), Database: databaseURL(c)})
}
