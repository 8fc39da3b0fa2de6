//go:build linux

package sandbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// childrenOf lists the processes whose parent is pid, those included that ended and were not waited for.
func childrenOf(t testing.TB, pid int) (children []int) {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(lists) == 0 {
		t.Fatalf("this kernel does not list children: %v", err)
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for word := range strings.FieldsSeq(string(text)) {
			child, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			children = append(children, child)
		}
	}
	return children
}

func procFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// statusField is one line of /proc/…/status.
func statusField(status, name string) string {
	for line := range strings.Lines(status) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// standing counts what a pool could leave behind.
type standing struct{ children, descriptors, goroutines int }

func current(t testing.TB) standing {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return standing{len(childrenOf(t, os.Getpid())), len(open), runtime.NumGoroutine()}
}

func (s standing) exceeds(other standing) bool {
	return s.children > other.children || s.descriptors > other.descriptors || s.goroutines > other.goroutines
}

// leavesNothing runs a test's body and expects that nothing more is there than before, soon after.
func leavesNothing(t *testing.T, body func()) {
	t.Helper()
	before := current(t)
	body()
	after := current(t)
	for deadline := time.Now().Add(20 * time.Second); after.exceeds(before) && time.Now().Before(deadline); after = current(t) {
		time.Sleep(5 * time.Millisecond)
	}
	if after.exceeds(before) {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// eventually waits until something is true, or fails.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}
