package sandbox

import (
	"errors"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// ahead says that children can be started before the file is known: the descriptor is sent to them later.
const ahead = true

// starter starts children from a thread that it keeps for itself.
type starter struct {
	options Options
	null    *os.File // what children have instead of a terminal; nil when there is none
}

// newStarter prepares the goroutine that starts children. The kernel ends a child when the thread that started it ends
// (PR_SET_PDEATHSIG), so the starter keeps one thread for itself, for as long as the Pool lives; no other goroutine can
// end it. What that thread gave up, its children have given up from their first instruction in all of their threads;
// the server's other threads have not, for Go makes none of them from a thread that somebody keeps.
func newStarter(o Options) *starter {
	runtime.LockOSThread()
	null, _ := os.OpenFile(os.DevNull, os.O_RDWR, 0) // the first start says that it is missing
	if o.limits().wants(LayerPrivilege) {
		_ = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) // the child sees whether it worked
	}
	if o.limits().wants(LayerLandlock) {
		_ = confineStarter(o.Program) // and this
	}
	return &starter{o, null}
}

func (s *starter) close() { _ = s.null.Close() }

// environment is all that a child has of one: words for Go's runtime, and nothing of the server's. One processor is
// enough, and saves starting threads. Nothing watches control groups for more, or keeps their files open. And the table
// for a checksum that no archive uses is built in the simple way: with SSE 4.2 that takes 0.2 ms, more than the look.
func environment() []string {
	return []string{"GOMAXPROCS=1", "GOTRACEBACK=single", "GODEBUG=containermaxprocs=0,cpu.sse42=off"}
}

// launch starts a child without a file.
func (s *starter) launch(*os.File) (*process, error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	theirs := os.NewFile(uintptr(ends[1]), "child's end")
	defer theirs.Close()
	if err := unix.SetNonblock(ends[0], true); err != nil {
		unix.Close(ends[0])
		return nil, os.NewSyscallError("fcntl", err)
	}
	ours := os.NewFile(uintptr(ends[0]), "child")
	stderr, theirStderr, err := os.Pipe()
	if err != nil {
		ours.Close()
		return nil, err
	}
	defer theirStderr.Close()
	started, err := s.start(theirStderr, theirs)
	if err != nil {
		ours.Close()
		stderr.Close()
		return nil, err
	}
	return newProcess(started, ours, stderr), nil
}

func (s *starter) start(stderr, link *os.File) (*os.Process, error) {
	if s.null == nil {
		return nil, errors.New(os.DevNull + " cannot be opened")
	}
	o := s.options
	// Go opens everything so that other programs do not inherit it. What the server itself inherited, from a shell or a
	// service manager, is not for a child either.
	_ = unix.CloseRange(serverDescriptor, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)
	sys := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	attr := &os.ProcAttr{
		Dir:   "/",
		Env:   environment(),
		Files: []*os.File{s.null, s.null, stderr, link},
		Sys:   sys,
	}
	if os.Geteuid() == 0 && o.limits().wants(LayerUser) {
		sys.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		if started, err := os.StartProcess(o.Program, o.limits().args(), attr); err == nil {
			return started, nil
		}
		sys.Credential = nil // the program is root's alone, or there is no such user in this container
	}
	return os.StartProcess(o.Program, o.limits().args(), attr)
}
