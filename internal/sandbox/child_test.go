package sandbox_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"strongroom/internal/sandbox"
)

// TestMain makes the test binary its own child: the pools of these tests start it again.
func TestMain(m *testing.M) {
	if sandbox.IsChild() {
		sandbox.ServeChild(handle)
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

// actions are the good ones and those that harm only the child; attacks are in escape_test.go.
func actions() map[string]action {
	all := map[string]action{
		"echo":  func(argument string, _ *os.File) (string, error) { return argument, nil },
		"error": func(argument string, _ *os.File) (string, error) { return "", errors.New(argument) },
		"hash": func(_ string, file *os.File) (string, error) {
			sum := sha256.New()
			if _, err := io.Copy(sum, file); err != nil {
				return "", err
			}
			return hex.EncodeToString(sum.Sum(nil)), nil
		},
		"timer": func(_ string, _ *os.File) (string, error) {
			select {
			case <-time.After(time.Millisecond):
				return "rung", nil
			case <-time.After(10 * time.Second):
				return "", errors.New("late")
			}
		},
	}
	return all
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

func TestEcho(t *testing.T) {
	p := newPool(t, sandbox.Options{})
	for _, l := range p.Layers() {
		t.Logf("%+v", l)
	}
	got, err := p.Run(t.Context(), []byte("echo hello"), nil)
	if err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
	got, err = p.Run(t.Context(), []byte("timer"), nil)
	if err != nil || string(got) != "rung" {
		t.Errorf("%q, %v", got, err)
	}
	f, _ := os.Open("/etc/passwd")
	got, err = p.Run(t.Context(), []byte("hash"), f)
	t.Logf("%q, %v", got, err)
}

func BenchmarkRun(b *testing.B) {
	p := newPool(b, sandbox.Options{})
	for b.Loop() {
		if _, err := p.Run(b.Context(), []byte("echo hello"), nil); err != nil {
			b.Fatal(err)
		}
	}
}
