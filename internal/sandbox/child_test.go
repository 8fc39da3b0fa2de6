//go:build linux

package sandbox_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"strongroom/internal/sandbox"
)

// TestMain makes the test binary its own child: the pools of these tests start it again.
func TestMain(m *testing.M) {
	if sandbox.IsChild() {
		runtime.LockOSThread()
		misbehave(os.Args[3])
		sandbox.ServeChild(handle)
	}
	if os.Getenv(orphanMaker) != "" {
		serveForever()
		return
	}
	os.Exit(m.Run())
}

// handle does what a test asks for: the request is the name of an action, and after a space its argument.
func handle(request []byte, file *os.File) ([]byte, error) {
	name, argument, _ := strings.Cut(string(request), " ")
	action := actions()[name]
	if action == nil {
		return nil, fmt.Errorf("no action %q", name)
	}
	reply, err := action(argument, file)
	return []byte(reply), err
}

type action func(argument string, file *os.File) (string, error)

// actions are everything that the tests of this package ask of a child; attacks are in escape_test.go.
func actions() map[string]action {
	return map[string]action{
		"echo":   func(argument string, _ *os.File) (string, error) { return argument, nil },
		"error":  func(argument string, _ *os.File) (string, error) { return "", errors.New(argument) },
		"hash":   func(_ string, file *os.File) (string, error) { return hashOf(file) },
		"timer":  func(string, *os.File) (string, error) { return timer() },
		"many":   func(size string, _ *os.File) (string, error) { return many(size) },
		"call":   func(number string, _ *os.File) (string, error) { return senseless(number) },
		"take":   func(size string, _ *os.File) (string, error) { return take(size) },
		"attack": func(argument string, file *os.File) (string, error) { return attackFrom(argument, file), nil },
		"panic":  func(argument string, _ *os.File) (string, error) { panic(argument) },
		"crash":  func(string, *os.File) (string, error) { go func() { panic("in a goroutine") }(); select {} },
		"spin":   func(string, *os.File) (string, error) { return spin() },
		"sleep":  func(string, *os.File) (string, error) { time.Sleep(time.Hour); return "", nil },
		"exit":   func(code string, _ *os.File) (string, error) { return exit(code) },
		"write":  func(bytes string, _ *os.File) (string, error) { return scribble(bytes) },
		"deep":   func(string, *os.File) (string, error) { return fmt.Sprint(deep(1)), nil },
	}
}

func hashOf(file *os.File) (string, error) {
	sum := sha256.New()
	_, err := io.Copy(sum, file)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// timer needs Go's poller, which a child starts after it was locked down.
func timer() (string, error) {
	select {
	case <-time.After(time.Millisecond):
		return "rung", nil
	case <-time.After(10 * time.Second):
		return "", errors.New("late")
	}
}

func many(size string) (string, error) {
	n, err := strconv.Atoi(size)
	return strings.Repeat("x", n), err
}

func spin() (string, error) {
	for n := 1; n != 0; n += 2 {
		continue
	}
	return "", nil
}

func exit(code string) (string, error) {
	n, err := strconv.Atoi(code)
	if err == nil {
		os.Exit(n)
	}
	return "", err
}

// scribble writes to the server's socket behind the back of ServeChild.
func scribble(bytes string) (string, error) {
	_, err := os.NewFile(3, "server").WriteString(bytes)
	return "after that", err
}

// deep has no end that it could reach; its frames are large, so that the stack grows fast.
func deep(n int) int {
	var frame [1000]int
	if n == 0 {
		return 0
	}
	frame[n%1000] = deep(n + 1)
	return frame[n/2%1000]
}

// newPool makes a pool that ends with the test.
func newPool(t testing.TB, o sandbox.Options) *sandbox.Pool {
	t.Helper()
	p, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func BenchmarkRun(b *testing.B) {
	p := newPool(b, sandbox.Options{})
	for b.Loop() {
		if _, err := p.Run(b.Context(), []byte("echo hello"), nil); err != nil {
			b.Fatal(err)
		}
	}
}
