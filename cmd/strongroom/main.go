// Command strongroom is a Python package index: see docs/ARCHITECTURE.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"strongroom/internal/app"
	_ "strongroom/internal/child" // started as a child of the sandbox, this program never comes to main
	"strongroom/internal/ops"
)

func main() {
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
