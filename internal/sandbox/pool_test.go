//go:build linux

package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"strongroom/internal/sandbox"
)

// misbehave is a child that does not speak the protocol, or not to the end; its name stands in place of the layers that
// an Option leaves out.
func misbehave(name string) {
	switch name {
	case "never-ready":
		time.Sleep(time.Hour)
	case "ends-at-once":
		os.Stderr.WriteString("no reason at all\n")
		os.Exit(1)
	case "no-frame":
		scribble("hello\n\n\n\n\n\n")
		time.Sleep(time.Hour)
	case "never-reads":
		scribble("L\x00\x00\x00\x00\x00\x00\x00\x00")
		time.Sleep(time.Hour)
	}
}

func run(t testing.TB, p *sandbox.Pool, request string) (string, error) {
	t.Helper()
	reply, err := p.Run(context.WithoutCancel(t.Context()), []byte(request), nil)
	return string(reply), err
}

// stillWorks: whatever a child did, the next one is as good as ever.
func stillWorks(t testing.TB, p *sandbox.Pool) {
	t.Helper()
	if got, err := run(t, p, "echo hello"); err != nil || got != "hello" {
		t.Errorf("the pool does not go on: %q, %v", got, err)
	}
}

func TestRun(t *testing.T) {
	leavesNothing(t, func() {
		p := newPool(t, sandbox.Options{})
		defer p.Close()
		large := strings.Repeat("large ", 1<<20)
		for request, want := range map[string]string{"echo ": "", "echo a b": "a b", "echo " + large: large, "timer": "rung"} {
			if got, err := run(t, p, request); err != nil || got != want {
				t.Errorf("%.20s: %.20q, %v", request, got, err)
			}
		}
	})
}

// TestFile: the child reads the file from its beginning, whatever position the server's descriptor has, and leaves that
// alone. The file needs no name.
func TestFile(t *testing.T) {
	p := newPool(t, sandbox.Options{})
	path := filepath.Join(t.TempDir(), "file")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := errors.Join(os.Remove(path), second(file.WriteString("some content"))); err != nil {
		t.Fatal(err)
	}
	const sum = "290f493c44f5d63d06b374d0a5abd292fae38b92cab2fae5efefe1b0e9347f56" // printf 'some content' | sha256sum
	for range 2 {
		if got, err := p.Run(t.Context(), []byte("hash"), file); err != nil || string(got) != sum {
			t.Errorf("%s, %v", got, err)
		}
	}
	if position, err := file.Seek(0, io.SeekCurrent); position != 12 || err != nil {
		t.Errorf("the server's position is %d, %v", position, err)
	}
	file.Close()
	_, err = p.Run(t.Context(), []byte("hash"), file)
	if f := (*sandbox.Failure)(nil); err == nil || errors.As(err, &f) {
		t.Errorf("a closed file: %v, want an error that does not blame the file's content", err)
	}
	stillWorks(t, p)
}

// TestFailures: every way in which a child can fail to reply has its reason, comes in time, and leaves nothing.
func TestFailures(t *testing.T) {
	o := sandbox.Options{CPU: time.Second, Wall: 20 * time.Second, Reply: 1000}
	for _, row := range []struct {
		request string
		reason  sandbox.Reason
		detail  string
	}{
		{"panic with\nwords", sandbox.Panicked, `panic: with`},
		{"crash", sandbox.Panicked, "panic: in a goroutine"},
		{"spin", sandbox.OutOfTime, "of processor time"},
		{"deep", sandbox.Panicked, "goroutine stack exceeds"},
		{"exit 0", sandbox.Rubbish, "without a reply, exit status 0"},
		{"exit 3", sandbox.Rubbish, "without a reply, exit status 3"},
		{"error no such thing", sandbox.Refused, "no such thing"},
		{"many 1001", sandbox.Rubbish, "it announces 1001 bytes, 1000 are allowed"},
		{"write rubbish, and more", sandbox.Rubbish, "not a frame"},
		{"write R\x00\x00\x00\x00\x00\x00\x00\x01x", sandbox.Rubbish, "more follows the reply"},
		{"write Z\x00\x00\x00\x00\x00\x00\x00\x00", sandbox.Rubbish, ""},
	} {
		t.Run(row.request, func(t *testing.T) {
			p := newPool(t, o)
			began := time.Now()
			_, err := run(t, p, row.request)
			var f *sandbox.Failure
			if !errors.As(err, &f) || f.Reason != row.reason || !strings.Contains(f.Detail, row.detail) || !strings.Contains(err.Error(), f.Detail) {
				t.Errorf("%v, want %s: %s", err, row.reason, row.detail)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
			stillWorks(t, p)
		})
	}
}

// TestWall: a child that only waits uses no processor time, and is ended all the same.
func TestWall(t *testing.T) {
	p := newPool(t, sandbox.Options{Wall: 200 * time.Millisecond})
	_, err := run(t, p, "sleep")
	if f := (*sandbox.Failure)(nil); !errors.As(err, &f) || f.Reason != sandbox.OutOfTime || f.Detail != "no reply within 200ms" {
		t.Errorf("%v", err)
	}
	stillWorks(t, p)
}

// TestKilledFromOutside kills a child at work, and then one that waits: the first is a Failure, the second is nobody's
// business.
func TestKilledFromOutside(t *testing.T) {
	leavesNothing(t, func() {
		p := newPool(t, sandbox.Options{})
		defer p.Close()
		waiting := childrenOf(t, os.Getpid())
		result := make(chan error, 1)
		go func() {
			_, err := p.Run(t.Context(), []byte("sleep"), nil)
			result <- err
		}()
		eventually(t, "the next child waits", func() bool { return len(lockedDown(t)) == 2 })
		time.Sleep(50 * time.Millisecond) // the first has taken the request
		if err := syscall.Kill(waiting[0], syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if f := (*sandbox.Failure)(nil); !errors.As(<-result, &f) || f.Reason != sandbox.Killed || !strings.Contains(f.Detail, "killed") {
			t.Errorf("%v", f)
		}
		used := lockedDown(t)
		stillWorks(t, p)
		eventually(t, "the next child waits", func() bool {
			next := childrenOf(t, os.Getpid())
			return len(next) == 1 && !slices.Equal(next, used)
		})
		if err := syscall.Kill(childrenOf(t, os.Getpid())[0], syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the child is gone", func() bool { return len(childrenOf(t, os.Getpid())) == 0 })
		stillWorks(t, p)
	})
}

// lockedDown lists the children that have taken on all layers.
func lockedDown(t *testing.T) (children []int) {
	for _, pid := range childrenOf(t, os.Getpid()) {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err == nil && statusField(string(status), "Seccomp") == "2" {
			children = append(children, pid)
		}
	}
	return children
}

// TestKilledBeforeTheFile kills children that were given the request and have not taken it, as an operator or the
// kernel may: the first time another child gets it, the second time the publisher is asked to come again.
func TestKilledBeforeTheFile(t *testing.T) {
	for kills, want := range []string{"hello", "hello", ""} {
		p := newPool(t, sandbox.Options{Idle: 2})
		var waiting []int
		eventually(t, "two wait", func() bool {
			waiting = lockedDown(t)
			return len(waiting) == 2
		})
		time.Sleep(20 * time.Millisecond) // they have said so
		for _, pid := range waiting[:kills] {
			if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
		}
		result := make(chan error, 1)
		var got string
		go func() {
			var err error
			got, err = run(t, p, "echo hello")
			result <- err
		}()
		for i, pid := range waiting[:kills] {
			eventually(t, "the next child has taken its place", func() bool { return len(childrenOf(t, os.Getpid())) >= 3 })
			time.Sleep(time.Duration(50*(i+1)) * time.Millisecond) // the request is written by now
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
		err := <-result
		if want != "" && (err != nil || got != want) {
			t.Errorf("%d killed: %q, %v", kills, got, err)
		}
		if want == "" && (!errors.Is(err, sandbox.ErrNoChild) || errors.As(err, new(*sandbox.Failure))) {
			t.Errorf("%d killed: %q, %v", kills, got, err)
		}
		stillWorks(t, p)
		p.Close()
	}
}

// TestChildThatNeverReads: a request larger than any buffer does not hold the server up for longer than Wall.
func TestChildThatNeverReads(t *testing.T) {
	p := newPool(t, sandbox.Without(sandbox.Options{Wall: 300 * time.Millisecond}, "never-reads"))
	_, err := run(t, p, "echo "+strings.Repeat("x", 4<<20))
	if f := (*sandbox.Failure)(nil); !errors.As(err, &f) || f.Reason != sandbox.OutOfTime {
		t.Errorf("%v", err)
	}
}

// TestNoChild: a program that cannot be a child is found when the pool is made, and nothing stays behind.
func TestNoChild(t *testing.T) {
	for name, o := range map[string]sandbox.Options{
		"does not exist": {Program: "/does/not/exist"},
		"no child":       {Program: "/bin/true"},
		"never ready":    sandbox.Without(sandbox.Options{Wall: 100 * time.Millisecond}, "never-ready"),
		"ends at once":   sandbox.Without(sandbox.Options{}, "ends-at-once"),
		"no frame":       sandbox.Without(sandbox.Options{}, "no-frame"),
		"too little":     {Memory: 1 << 20},
		"negative":       {Queue: -1},
	} {
		leavesNothing(t, func() {
			if p, err := sandbox.New(o); err == nil {
				p.Close()
				t.Errorf("%s: a pool was made", name)
			} else if name == "ends at once" && !strings.Contains(err.Error(), "no reason at all") {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// TestBusy fills the children and the queue (AV-3).
func TestBusy(t *testing.T) {
	leavesNothing(t, func() {
		p := newPool(t, sandbox.Options{Parallel: 1, Queue: 2})
		ctx, cancel := context.WithCancel(t.Context())
		var calls sync.WaitGroup
		errs := make(chan error, 3)
		for range 3 {
			calls.Go(func() {
				_, err := p.Run(ctx, []byte("sleep"), nil)
				for err == sandbox.ErrBusy { // the look below took the place for a moment
					_, err = p.Run(ctx, []byte("sleep"), nil)
				}
				errs <- err
			})
		}
		eventually(t, "one more is refused", func() bool {
			short, stop := context.WithTimeout(t.Context(), time.Millisecond)
			defer stop()
			_, err := p.Run(short, []byte("echo"), nil)
			return err == sandbox.ErrBusy
		})
		cancel()
		calls.Wait()
		for range 3 {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
		}
		stillWorks(t, p)
		p.Close()
	})
}

// TestClose ends the calls at work with the pool, and refuses later ones.
func TestClose(t *testing.T) {
	leavesNothing(t, func() {
		p := newPool(t, sandbox.Options{Parallel: 1, Idle: 3})
		eventually(t, "three wait", func() bool { return len(childrenOf(t, os.Getpid())) == 3 })
		errs := make(chan error, 2)
		for range 2 { // one at work, one in the queue
			go func() {
				_, err := p.Run(t.Context(), []byte("sleep"), nil)
				errs <- err
			}()
		}
		eventually(t, "one is at work", func() bool { return len(childrenOf(t, os.Getpid())) == 4 })
		p.Close()
		p.Close()
		for range 2 {
			if err := <-errs; err != sandbox.ErrClosed {
				t.Errorf("%v", err)
			}
		}
		if _, err := run(t, p, "echo"); err != sandbox.ErrClosed {
			t.Errorf("after Close: %v", err)
		}
	})
}

// TestManyAtOnce runs 200 requests, of which every fifth panics, with what a pool lets through.
func TestManyAtOnce(t *testing.T) {
	leavesNothing(t, func() {
		p := newPool(t, sandbox.Options{Parallel: 4, Queue: 200, Idle: 2})
		defer p.Close()
		file, err := os.Open(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var calls sync.WaitGroup
		for i := range 200 {
			calls.Go(func() {
				request := fmt.Sprintf("echo %d", i)
				if i%5 == 0 {
					request = "panic"
				}
				got, err := p.Run(t.Context(), []byte(request), file)
				if failed := errors.As(err, new(*sandbox.Failure)); failed != (i%5 == 0) || !failed && string(got) != request[5:] {
					t.Errorf("%s: %q, %v", request, got, err)
				}
			})
		}
		calls.Wait()
	})
}

func TestExplain(t *testing.T) {
	layers, err := sandbox.Explain(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range layers {
		names = append(names, l.Name)
		if !l.Active || l.Detail == "" {
			t.Errorf("%s: active %t, %q; these tests need a kernel with every layer", l.Name, l.Active, l.Detail)
		}
	}
	if want := strings.Fields(sandbox.AllLayers); !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	without, err := sandbox.Explain(sandbox.Without(sandbox.Options{}, sandbox.LayerSeccomp))
	if err != nil || without[len(without)-1].Active {
		t.Errorf("left out, and yet %+v, %v", without, err)
	}
}

// TestOrdinaryStart: the marker of a child is no argument that a user can give.
func TestOrdinaryStart(t *testing.T) {
	if sandbox.IsChild() {
		t.Error("this is no child")
	}
}
