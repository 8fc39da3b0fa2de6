package durability

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"

	"strongroom/internal/app"
	"strongroom/internal/config"
	"strongroom/internal/ops"
)

// once runs something when a line is logged.
type once struct {
	slog.Handler
	line string
	run  func()
}

// Handle implements slog.Handler.
func (o once) Handle(_ context.Context, r slog.Record) error {
	if r.Message == o.line {
		o.run()
	}
	return nil
}

// TestCommandsWorkOnceListening runs a command at the moment the server says that it listens, as scripts do.
func TestCommandsWorkOnceListening(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	c := config.Default()
	c.Data, c.Listen = t.TempDir(), "127.0.0.1:0"
	c, err := c.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	code, said := -1, &strings.Builder{}
	a, err := app.Open(ctx, c, slog.New(once{slog.NewTextHandler(io.Discard, nil), "listening", func() {
		console := ops.Console{Stdin: strings.NewReader(""), Stdout: said, Stderr: said, Dir: "/"}
		code = app.Main(ctx, []string{"admin", "user", "list", "--data", c.Data}, console)
		stop()
	}}))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	srv, err := a.Listen()
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Run(ctx); err != nil {
		t.Error(err)
	}
	if code != 0 {
		t.Errorf("the command ends with %d: %s", code, said)
	}
}
