// Command strongroom is a Python package index: see docs/ARCHITECTURE.md.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"strongroom/internal/app"
	"strongroom/internal/ops"
	"strongroom/internal/sandbox"
)

func main() {
	if sandbox.IsChild() {
		sandbox.ServeChild(examine)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		width = 0 // not a terminal
	}
	os.Exit(app.Main(ctx, os.Args[1:], ops.Console{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Dir: dir, Width: width,
	}))
}

// examine is what a locked-down child does for the server.
func examine([]byte, *os.File) ([]byte, error) {
	return nil, errors.New("this program examines nothing yet")
}
