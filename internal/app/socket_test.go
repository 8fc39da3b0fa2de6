package app_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app"
	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/config"
	"strongroom/internal/ops"
)

// command runs a command line beside a server and returns its exit code and
// output.
func command(ctx context.Context, data string, stdin io.Reader, args ...string) (int, string) {
	var out bytes.Buffer
	code := app.Main(ctx, append(args, "--data", data), ops.Console{Stdin: stdin, Stdout: &out, Stderr: &out, Dir: data})
	return code, out.String()
}

// TestSocketInADeepFolder: the address of a socket has room for about a hundred
// bytes; a data folder may lie deeper.
func TestSocketInADeepFolder(t *testing.T) {
	data := filepath.Join(t.TempDir(), strings.Repeat("deep/", 40), "data")
	s := apptest.Start(t, func(c *config.Config) { c.Data = data })
	code, out := command(t.Context(), data, strings.NewReader(""), "admin", "user", "list")
	if code != 0 || !strings.Contains(out, "admin@example.com") {
		t.Errorf("exit %d, %s", code, out)
	}
	info, err := os.Stat(filepath.Join(data, "admin.sock"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket has mode %v, %v", info, err)
	}
	s.Stop()
	if _, err := os.Stat(filepath.Join(data, "admin.sock")); !os.IsNotExist(err) {
		t.Errorf("the socket outlives its server: %v", err)
	}
	if code, out := command(t.Context(), data, strings.NewReader(""), "admin", "user", "list"); code != 0 {
		t.Errorf("without a server: exit %d, %s", code, out)
	}
}

// TestCommandsWaitForAServerThatStarts: between its lock and its socket.
func TestCommandsWaitForAServerThatStarts(t *testing.T) {
	for range 5 {
		s := apptest.Start(t)
		if code, out := command(t.Context(), s.Config.Data, strings.NewReader(""), "admin", "user", "list"); code != 0 {
			t.Errorf("exit %d, %s", code, out)
		}
		s.Stop()
	}
}

// TestCommandsDoNotWaitForTheTerminal: a command that reads nothing ends while
// standard input is open, and one that reads a line ends after the line.
func TestCommandsDoNotWaitForTheTerminal(t *testing.T) {
	s := apptest.Start(t)
	for line, args := range map[string][]string{
		"":                              {"admin", "user", "list"},
		"wandering violet lighthouse\n": {"admin", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin"},
	} {
		terminal, keyboard := io.Pipe()
		go func() { _, _ = io.WriteString(keyboard, line) }()
		done := make(chan struct{})
		go func() {
			defer close(done)
			if code, out := command(t.Context(), s.Config.Data, terminal, args...); code != 0 {
				t.Errorf("%v: exit %d, %s", args, code, out)
			}
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Errorf("%v waits for the end of standard input", args)
		}
		keyboard.Close()
	}
	if u, found, err := s.DB.UserByName(t.Context(), "alice"); err != nil || !found || u.PasswordHash == "" {
		t.Errorf("alice has no password: %v", err)
	}
}

// slowBucket takes a while for each blob, and counts them.
type slowBucket struct {
	blob.Bucket
	opened chan struct{}
}

// Open implements blob.Bucket.
func (b *slowBucket) Open(ctx context.Context, key blob.Key) (blob.Blob, error) {
	b.opened <- struct{}{}
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
	}
	return b.Bucket.Open(ctx, key)
}

// TestACallerWhoLeavesEndsTheCommand: Ctrl-C reaches the server.
func TestACallerWhoLeavesEndsTheCommand(t *testing.T) {
	s := apptest.Start(t)
	for _, version := range []string{"1.0", "2.0", "3.0"} {
		s.MustUpload(apptest.Wheel("demo", version, "x"))
	}
	slow := &slowBucket{s.Bucket, make(chan struct{}, 100)}
	s.App.Bucket = slow
	ctx, leave := context.WithCancel(t.Context())
	begun := time.Now()
	go func() {
		<-slow.opened
		leave()
	}()
	if code, out := command(ctx, s.Config.Data, strings.NewReader(""), "fsck"); code != 1 {
		t.Errorf("exit %d, %s", code, out)
	}
	time.Sleep(200 * time.Millisecond) // what goes on would open the next
	if took := time.Since(begun); took > 5*time.Second || len(slow.opened) > 4 {
		t.Errorf("the command went on for %s and opened %d more blobs", took, len(slow.opened))
	}
}
