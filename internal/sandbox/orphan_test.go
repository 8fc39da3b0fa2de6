//go:build linux

package sandbox_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"strongroom/internal/sandbox"
)

// orphanMaker is the variable that makes the test binary a server with one child at work and two that wait.
const orphanMaker = "SANDBOX_TEST_SERVER"

// serveForever is that server. It says when its children are there.
func serveForever() {
	p, err := sandbox.New(sandbox.Options{Idle: 2})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	_, err = p.Run(context.Background(), []byte("spin"), nil)
	fmt.Println(err)
}

// TestOrphans kills a server with no warning. The children must not outlive it, neither those that wait nor the one
// that is too busy to notice.
func TestOrphans(t *testing.T) {
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), orphanMaker+"=1")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	eventually(t, "the children are there", func() bool { return len(childrenOf(t, server.Process.Pid)) == 3 })
	children := childrenOf(t, server.Process.Pid)
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	for _, pid := range children {
		eventually(t, fmt.Sprintf("child %d is gone", pid), func() bool { return ended(pid) })
	}
}

// ended says whether a process is gone, or waits for nothing but its new parent's notice.
func ended(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err != nil || statusField(string(status), "State")[0] == 'Z' || syscall.Kill(pid, 0) == syscall.ESRCH
}
