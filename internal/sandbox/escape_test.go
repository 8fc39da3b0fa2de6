//go:build linux

package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"strongroom/internal/sandbox"
)

// attacks are what a child must not be able to do (AV-2). Each returns nil when it was done.
func attacks() map[string]func(argument string, file *os.File) error {
	return map[string]func(argument string, file *os.File) error{
		"open-file":       func(path string, _ *os.File) error { return second(os.Open(path)) },
		"list-folder":     func(path string, _ *os.File) error { return second(os.ReadDir(filepath.Dir(path))) },
		"stat-file":       func(path string, _ *os.File) error { return second(os.Stat(path)) },
		"create-file":     func(path string, _ *os.File) error { return os.WriteFile(path+".new", []byte("x"), 0o600) },
		"remove-file":     func(path string, _ *os.File) error { return os.Remove(path + ".doomed") },
		"read-proc":       func(string, *os.File) error { return second(os.ReadFile("/proc/self/status")) },
		"change-folder":   func(path string, _ *os.File) error { return os.Chdir(filepath.Dir(path)) },
		"write-file":      func(_ string, file *os.File) error { return writeThrough(file) },
		"map-file":        func(_ string, file *os.File) error { return mapFile(file) },
		"inet-socket":     func(string, *os.File) error { return second(unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)) },
		"unix-socket":     func(string, *os.File) error { return second(unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)) },
		"netlink-socket":  func(string, *os.File) error { return second(unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, 0)) },
		"listen":          func(string, *os.File) error { return listen() },
		"start-program":   func(string, *os.File) error { return startProgram() },
		"fork":            func(string, *os.File) error { return fork() },
		"trace":           func(string, *os.File) error { return errno(unix.SYS_PTRACE, unix.PTRACE_TRACEME, 0, 0) },
		"signal-parent":   func(string, *os.File) error { return unix.Kill(unix.Getppid(), 0) },
		"signal-thread":   func(string, *os.File) error { return unix.Tgkill(unix.Getppid(), unix.Getppid(), 0) },
		"pidfd":           func(string, *os.File) error { return second(unix.PidfdOpen(unix.Getppid(), 0)) },
		"make-executable": func(string, *os.File) error { return makeExecutable() },
		"map-executable":  func(string, *os.File) error { return mapExecutable() },
		"memory-file":     func(string, *os.File) error { return second(unix.MemfdCreate("x", 0)) },
		"pipe":            func(string, *os.File) error { return unix.Pipe(make([]int, 2)) },
		"duplicate":       func(string, *os.File) error { return second(unix.Dup(2)) },
		"unshare":         func(string, *os.File) error { return unix.Unshare(0) },
		"set-limit":       func(string, *os.File) error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) },
		"set-priority":    func(string, *os.File) error { return unix.Setpriority(unix.PRIO_PROCESS, 0, 19) },
		"watch-files":     func(string, *os.File) error { return second(unix.InotifyInit1(0)) },
		"look-at-limits":  func(string, *os.File) error { return unix.Getrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) },
	}
}

// second drops a result and keeps the error.
func second[T any](_ T, err error) error { return err }

func errno(trap, a, b, c uintptr) error {
	if _, _, e := unix.Syscall(trap, a, b, c); e != 0 {
		return e
	}
	return nil
}

// writeThrough writes to the file by its descriptor, and by the name that the kernel has for the descriptor.
func writeThrough(file *os.File) error {
	_, direct := file.WriteAt([]byte("changed"), 0)
	if direct == nil {
		return nil
	}
	again, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", file.Fd()), os.O_WRONLY, 0)
	if err == nil {
		_, err = again.Write([]byte("changed"))
	}
	return err
}

// listen takes a port by plain TCP. Go's own listeners speak multipath TCP, which landlock does not know.
func listen() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	return errors.Join(unix.Bind(s, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(s, 1))
}

func mapFile(file *os.File) error {
	return second(unix.Mmap(int(file.Fd()), 0, 1, unix.PROT_READ, unix.MAP_SHARED))
}

func startProgram() error {
	child, err := os.StartProcess("/proc/self/exe", []string{"x", "-test.run", "^$"}, &os.ProcAttr{})
	if err != nil {
		return err
	}
	return second(child.Wait())
}

// fork makes a process and not a thread, which ends at once.
func fork() error {
	pid, _, e := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if e != 0 {
		return e
	}
	if pid == 0 {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
	return second(unix.Wait4(int(pid), nil, 0, nil))
}

func makeExecutable() error {
	page, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return fmt.Errorf("not the question: %w", err)
	}
	return unix.Mprotect(page, unix.PROT_READ|unix.PROT_EXEC)
}

func mapExecutable() error {
	return second(unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE))
}

// attack runs one attack in a child and says what came of it: "done", or the error that stopped it.
func attack(t *testing.T, p *sandbox.Pool, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	for _, suffix := range []string{"", ".doomed"} {
		if err := os.WriteFile(path+suffix, []byte("content"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	openToNobody(t, filepath.Dir(path))
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reply, err := p.Run(context.Background(), []byte("attack "+name+" "+path), file)
	if err != nil {
		return err.Error()
	}
	if text, err := os.ReadFile(path); err != nil || name == "write-file" && string(reply) != "done" && string(text) != "content" {
		t.Errorf("%s: the file is now %q, %v", name, text, err)
	}
	return string(reply)
}

// openToNobody lets every user into a folder of the test, so that it is not the user alone who is kept out.
func openToNobody(t *testing.T, folder string) {
	t.Helper()
	for ; folder != os.TempDir() && len(folder) > 1; folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o777); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEscapes makes every attack twice: a child without any layer can do it, which shows that the attack is a real one;
// a locked-down child cannot.
func TestEscapes(t *testing.T) {
	locked, open := newPool(t, sandbox.Options{}), newPool(t, sandbox.Without(sandbox.Options{}, sandbox.AllLayers))
	for name := range attacks() {
		t.Run(name, func(t *testing.T) {
			if got := attack(t, open, name); got != "done" {
				t.Errorf("an unlocked child: %s; this test cannot fail", got)
			}
			got := attack(t, locked, name)
			if got == "done" {
				t.Error("a locked-down child could do it")
			}
			if !strings.Contains(got, unix.EPERM.Error()) && !strings.Contains(got, unix.EACCES.Error()) && !strings.Contains(got, unix.EBADF.Error()) {
				t.Errorf("stopped by %q, want a refusal", got)
			}
		})
	}
}

// TestLayersAlone takes on one layer at a time, to see that it does what it says without the help of the others.
func TestLayersAlone(t *testing.T) {
	for layer, stops := range map[string][]string{
		sandbox.LayerSeccomp:  {"open-file", "list-folder", "inet-socket", "unix-socket", "start-program", "fork", "trace", "signal-parent", "make-executable"},
		sandbox.LayerLandlock: {"open-file", "list-folder", "create-file", "remove-file", "read-proc", "listen", "signal-parent"},
		sandbox.LayerLimits:   {"create-file"},
	} {
		without := strings.NewReplacer(layer, "", sandbox.LayerPrivilege, "").Replace(sandbox.AllLayers)
		p := newPool(t, sandbox.Without(sandbox.Options{}, without))
		for _, name := range stops {
			if got := attack(t, p, name); got == "done" {
				t.Errorf("%s alone does not stop %s", layer, name)
			}
		}
	}
}

// TestRefusedCalls makes system calls without any sense in their arguments. The filter refuses them before the kernel
// looks at the arguments; without it the kernel finds something else wrong.
func TestRefusedCalls(t *testing.T) {
	locked, open := newPool(t, sandbox.Options{}), newPool(t, sandbox.Without(sandbox.Options{}, sandbox.AllLayers))
	for name, number := range map[string]uintptr{
		"execve": unix.SYS_EXECVE, "execveat": unix.SYS_EXECVEAT, "openat2": unix.SYS_OPENAT2, "connect": unix.SYS_CONNECT,
		"sendto": unix.SYS_SENDTO, "sendmsg": unix.SYS_SENDMSG, "prctl": unix.SYS_PRCTL, "sendmmsg": unix.SYS_SENDMMSG, "pwrite64": unix.SYS_PWRITE64, "writev": unix.SYS_WRITEV,
		"ftruncate": unix.SYS_FTRUNCATE, "fallocate": unix.SYS_FALLOCATE, "sendfile": unix.SYS_SENDFILE, "splice": unix.SYS_SPLICE,
		"process_vm_readv": unix.SYS_PROCESS_VM_READV, "pidfd_getfd": unix.SYS_PIDFD_GETFD, "ioctl": unix.SYS_IOCTL,
		"clone without thread flags": unix.SYS_CLONE, "dup3": unix.SYS_DUP3, "mremap": unix.SYS_MREMAP, "shmat": unix.SYS_SHMAT,
		"accept4": unix.SYS_ACCEPT4, "socketpair": unix.SYS_SOCKETPAIR, "symlinkat": unix.SYS_SYMLINKAT, "tkill": unix.SYS_TKILL,
		"pkey_mprotect": unix.SYS_PKEY_MPROTECT, "rt_sigqueueinfo": unix.SYS_RT_SIGQUEUEINFO, "io_uring_enter": unix.SYS_IO_URING_ENTER,
	} {
		request := []byte("call " + strconv.Itoa(int(number)))
		without, err := open.Run(t.Context(), request, nil)
		if err != nil || string(without) == unix.EPERM.Error() {
			t.Errorf("%s in an unlocked child: %q, %v; this test cannot fail", name, without, err)
		}
		if got, err := locked.Run(t.Context(), request, nil); err != nil || string(got) != unix.EPERM.Error() {
			t.Errorf("%s in a locked-down child: %q, %v", name, got, err)
		}
	}
}

// senseless makes a system call whose arguments are wrong for every one of them.
func senseless(number string) (string, error) {
	trap, err := strconv.Atoi(number)
	if err != nil {
		return "", err
	}
	const bad = ^uintptr(0) >> 8
	_, _, e := unix.RawSyscall6(uintptr(trap), bad, bad, bad, bad, bad, bad)
	return e.Error(), nil
}

// TestClone3IsUnknown makes C libraries fall back to clone, which a filter can look into.
func TestClone3IsUnknown(t *testing.T) {
	p := newPool(t, sandbox.Options{})
	got, err := p.Run(t.Context(), fmt.Appendf(nil, "call %d", unix.SYS_CLONE3), nil)
	if err != nil || string(got) != unix.ENOSYS.Error() {
		t.Errorf("%q, %v", got, err)
	}
}

// TestStandingOfTheChild looks at what the kernel says of a waiting child from outside.
func TestStandingOfTheChild(t *testing.T) {
	inherited := filepath.Join(t.TempDir(), "inherited")
	fd, err := unix.Open(inherited, unix.O_CREAT|unix.O_RDWR, 0o600) // as if from a shell: exec does not close it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	newPool(t, sandbox.Options{})
	children := childrenOf(t, os.Getpid())
	if len(children) != 1 {
		t.Fatalf("%d children", len(children))
	}
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", children[0]))
	if err != nil || len(tasks) < 2 {
		t.Fatalf("%d threads, %v", len(tasks), err)
	}
	for _, task := range tasks {
		status := procFile(t, fmt.Sprintf("/proc/%d/task/%s/status", children[0], task.Name()))
		for name, want := range map[string]string{"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0000000000000000", "CapPrm": "0000000000000000"} {
			if got := statusField(status, name); got != want {
				t.Errorf("thread %s: %s is %s, want %s", task.Name(), name, got, want)
			}
		}
		stat := strings.Fields(procFile(t, fmt.Sprintf("/proc/%d/task/%s/stat", children[0], task.Name())))
		if nice := stat[len(stat)-52+18]; nice != "19" {
			t.Errorf("thread %s: nice %s", task.Name(), nice)
		}
	}
	descriptors, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", children[0]))
	if err != nil || len(descriptors) < 4 {
		t.Fatalf("descriptors: %v, %v", descriptors, err)
	}
	for _, descriptor := range descriptors {
		if what, err := os.Readlink(descriptor); err != nil || what == inherited {
			t.Errorf("descriptor %s is %s, %v", filepath.Base(descriptor), what, err)
		}
	}
	if environment := procFile(t, fmt.Sprintf("/proc/%d/environ", children[0])); strings.Contains(environment, "PATH=") {
		t.Errorf("it knows the server's environment: %q", environment)
	}
	if folder, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", children[0])); folder != "/" {
		t.Errorf("it stands in %s, %v", folder, err)
	}
	t.Logf("waiting: %s, anonymous %s", statusField(procFile(t, fmt.Sprintf("/proc/%d/status", children[0])), "VmRSS"),
		statusField(procFile(t, fmt.Sprintf("/proc/%d/status", children[0])), "RssAnon"))
}

// TestMemoryIsLimited: 1 GiB in one piece, and the same in small ones. Without the layer the large piece is given.
func TestMemoryIsLimited(t *testing.T) {
	locked := newPool(t, sandbox.Options{})
	for _, request := range []string{"take 1073741824", "take 1048576", "take 65536"} {
		_, err := locked.Run(t.Context(), []byte(request), nil)
		if f := (*sandbox.Failure)(nil); !errors.As(err, &f) || f.Reason != sandbox.OutOfMem || !strings.Contains(f.Detail, "512 MiB") {
			t.Errorf("%s: %v", request, err)
		}
	}
	open := newPool(t, sandbox.Without(sandbox.Options{}, sandbox.LayerMemory))
	if got, err := open.Run(t.Context(), []byte("take 1073741824"), nil); err != nil {
		t.Errorf("without the layer: %q, %v; this test cannot fail", got, err)
	}
}

// take allocates 1 GiB in pieces of a size, keeps it all and touches as much as shows that it is there.
func take(size string) (string, error) {
	n, err := strconv.Atoi(size)
	if err != nil {
		return "", err
	}
	var kept [][]byte
	for taken := 0; taken < 1<<30; taken += n {
		piece := make([]byte, n)
		piece[0], piece[n-1] = 1, 1
		kept = append(kept, piece)
	}
	time.Sleep(50 * time.Millisecond) // a child that is only watched is seen within that time
	runtime.KeepAlive(kept)
	return fmt.Sprint(len(kept)), nil
}

// attackFrom makes one attack, of the name and path that a test gives.
func attackFrom(argument string, file *os.File) string {
	name, path, _ := strings.Cut(argument, " ")
	if err := attacks()[name](path, file); err != nil {
		return err.Error()
	}
	return "done"
}
