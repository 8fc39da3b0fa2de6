package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"strongroom/internal/app"
	"strongroom/internal/app/apptest"
	_ "strongroom/internal/child" // the stories' program looks into archives for itself
	"strongroom/internal/ops"
)

// TestMain lets the stories call this test's binary as strongroom.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"strongroom": program})
}

// program is cmd/strongroom without a terminal. It ends when its folder has a
// file named "stop", as portable tests cannot send signals.
func program() {
	ctx, cancel := context.WithCancel(context.Background())
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		for ; ; time.Sleep(20 * time.Millisecond) {
			if _, err := os.Stat(filepath.Join(dir, "stop")); err == nil {
				cancel()
			}
		}
	}()
	os.Exit(app.Main(ctx, os.Args[1:], ops.Console{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Dir: dir}))
}

// TestStories runs the command line as scripts do, each story twice: without a
// server, and with one that owns the data folder.
func TestStories(t *testing.T) {
	for _, server := range []string{"", "yes"} {
		t.Run("server="+server, func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:                 "testdata/stories",
				RequireExplicitExec: true,
				RequireUniqueNames:  true,
				Setup: func(env *testscript.Env) error {
					for _, pair := range os.Environ() {
						if strings.HasPrefix(pair, "STRONGROOM_") {
							name, _, _ := strings.Cut(pair, "=")
							env.Setenv(name, "")
						}
					}
					return nil
				},
				Condition: func(name string) (bool, error) {
					if name != "server" {
						return false, fmt.Errorf("unknown condition %s", name)
					}
					return server != "", nil
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){"dist": makeDist, "await": await, "same": same},
			})
		})
	}
}

// makeDist makes a distribution: dist wheel|sdist NAME VERSION FOLDER.
func makeDist(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: dist wheel|sdist NAME VERSION FOLDER")
	}
	d := apptest.Wheel(args[1], args[2], "x")
	if args[0] == "sdist" {
		d = apptest.Sdist(args[1], args[2], "x")
	}
	folder := ts.MkAbs(args[3])
	ts.Check(os.MkdirAll(folder, 0o755))
	ts.Check(os.WriteFile(filepath.Join(folder, d.Filename), d.Body, 0o644))
}

// await waits until a server takes commands: await DATA.
func await(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: await DATA")
	}
	var last error
	for range 500 {
		conn, err := net.Dial("unix", filepath.Join(ts.MkAbs(args[0]), "admin.sock"))
		if last = err; err == nil {
			conn.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("the server does not come up: %v", last)
}

// same compares two trees of files: same FOLDER FOLDER.
func same(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same FOLDER FOLDER")
	}
	a, b := tree(ts, args[0]), tree(ts, args[1])
	if a == "" || a != b {
		ts.Fatalf("the folders differ:\n%s\n%s", a, b)
	}
}

func tree(ts *testscript.TestScript, name string) string {
	root := ts.MkAbs(name)
	var all bytes.Buffer
	ts.Check(filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s %d %x\n", strings.TrimPrefix(path, root), len(text), text)
		return err
	}))
	return all.String()
}
