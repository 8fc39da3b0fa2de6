//go:build amd64 || arm64

package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rule allows one system call, if all of its conditions hold.
type rule struct {
	number uintptr
	when   []condition
}

// condition holds when an argument's low 32 bits, masked, are one of the values. The high bits carry nothing in the
// arguments we look at: they are descriptors, process ids and sets of flags.
type condition struct {
	argument int
	mask     uint32
	values   []uint32
}

func is(argument int, values ...uint32) condition { return condition{argument, ^uint32(0), values} }

// Flags of clone(2): a thread of this process, and every namespace.
const (
	cloneThread     = unix.CLONE_VM | unix.CLONE_SIGHAND | unix.CLONE_THREAD
	cloneNamespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
		unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
)

// allowed is what the Go runtime and reading one descriptor need; everything else is refused with EPERM. It also lets a
// program with C in it start threads. Nothing here opens, connects, starts a process or names another one, and nothing
// makes memory executable.
func allowed(pid int) []rule {
	var rules []rule
	for _, number := range []uintptr{
		unix.SYS_READ, unix.SYS_PREAD64, unix.SYS_LSEEK, unix.SYS_FSTAT, unix.SYS_CLOSE,
		unix.SYS_MUNMAP, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_BRK,
		unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
		unix.SYS_FUTEX, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY,
		unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_RESTART_SYSCALL,
		unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT,
		unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_GETRANDOM, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	} {
		rules = append(rules, rule{number: number})
	}
	return append(rules,
		rule{unix.SYS_WRITE, []condition{is(0, 2, serverDescriptor, pollerWake)}},
		rule{unix.SYS_RECVMSG, []condition{is(0, serverDescriptor)}},
		rule{unix.SYS_FCNTL, []condition{is(1, unix.F_GETFL)}},
		rule{unix.SYS_MMAP, []condition{{2, unix.PROT_EXEC, []uint32{0}}, {3, unix.MAP_ANONYMOUS, []uint32{unix.MAP_ANONYMOUS}}}},
		rule{unix.SYS_MPROTECT, []condition{{2, unix.PROT_EXEC, []uint32{0}}}},
		rule{unix.SYS_CLONE, []condition{{0, cloneThread | cloneNamespaces, []uint32{cloneThread}}}},
		rule{unix.SYS_TGKILL, []condition{is(0, uint32(pid))}},
	)
}

// Places of what a filter sees, in struct seccomp_data (seccomp(2)).
const (
	placeNumber    = 0
	placeArch      = 4
	placeArguments = 16
)

// compile writes the rules as a program for the kernel's filter machine. A call of another architecture ends the child,
// for its numbers mean something else. clone3 does not exist, so that C libraries fall back to clone, whose flags a
// filter can see.
func compile(arch uint32, rules []rule) []unix.SockFilter {
	program := []unix.SockFilter{
		load(placeArch), jumpIf(arch, 1, 0), give(unix.SECCOMP_RET_KILL_PROCESS),
		load(placeNumber), jumpIf(unix.SYS_CLONE3, 0, 1), give(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)),
	}
	for _, r := range rules {
		var body []unix.SockFilter
		for _, c := range r.when {
			body = append(body, c.compile()...)
		}
		body = append(body, give(unix.SECCOMP_RET_ALLOW))
		program = append(program, jumpIf(uint32(r.number), 0, uint8(len(body))))
		program = append(program, body...)
	}
	return append(program, give(refused))
}

// refused is the answer to a call that is not allowed: an error, which a program survives and a test can see.
const refused = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)

// compile tests the condition: it falls through when it holds, else refuses.
func (c condition) compile() []unix.SockFilter {
	program := []unix.SockFilter{
		load(placeArguments + 8*uint32(c.argument)),
		{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: c.mask},
	}
	for i, value := range c.values {
		program = append(program, jumpIf(value, uint8(len(c.values)-i), 0))
	}
	return append(program, give(refused))
}

func load(place uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: place}
}

// jumpIf compares what was loaded, and skips so many steps when it is equal, so many when it is not.
func jumpIf(value uint32, equal, different uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: value, Jt: equal, Jf: different}
}

func give(answer uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: answer}
}

// filterCalls installs the filter in all threads at once.
func filterCalls(limits) (string, error) {
	arch := uint32(unix.AUDIT_ARCH_X86_64)
	if runtime.GOARCH == "arm64" {
		arch = unix.AUDIT_ARCH_AARCH64
	}
	rules := allowed(os.Getpid())
	program := compile(arch, rules)
	list := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	other, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&list)))
	if errno != 0 {
		return "", fmt.Errorf("this kernel takes no filter: %w", errno)
	}
	if other != 0 {
		return "", fmt.Errorf("thread %d could not take the filter", other)
	}
	return fmt.Sprintf("%d system calls, no other", len(rules)), nil
}
