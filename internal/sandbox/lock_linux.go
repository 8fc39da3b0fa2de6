package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lockDown takes on every layer that the kernel has, in an order in which no layer prevents a later one. What fails is
// reported and not fatal: a child that lacks landlock is still held by seccomp.
func lockDown(l limits) []Layer {
	startPoller()
	var layers []Layer
	for _, layer := range []struct {
		name string
		take func(limits) (detail string, err error)
	}{
		{LayerLimits, limitResources},
		{LayerMemory, limitMemory},
		{LayerUser, becomeNobody},
		{LayerPrivilege, refusePrivileges},
		{LayerLandlock, landlock},
		{LayerPriority, lowerPriority}, // not before landlock, which waits for a thread that else would wait itself
		{LayerSeccomp, filterCalls},
	} {
		if !l.wants(layer.name) {
			layers = append(layers, Layer{layer.name, false, "left out"})
			continue
		}
		detail, err := layer.take(l)
		layers = append(layers, outcome(layer.name, detail, err))
	}
	return layers
}

// startPoller has Go open what its timers need, while that is still possible: the first timer of a program does it.
func startPoller() { time.AfterFunc(time.Hour, func() {}).Stop() }

// mostDescriptors is how many a child may have: ours, the file, those of Go's poller, and the two control group files
// that Go keeps open.
const mostDescriptors = 16

// wakeDescriptors finds the eventfd that Go writes to when one of its threads is to wake up another. It is the only
// descriptor beyond ours that can be written to and does not block; the poller itself blocks, and Go's files are for
// reading.
func wakeDescriptors() (found []uint32) {
	for fd := uintptr(serverDescriptor + 1); fd < mostDescriptors; fd++ {
		flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
		if err == nil && flags&unix.O_ACCMODE == unix.O_RDWR && flags&unix.O_NONBLOCK != 0 {
			found = append(found, uint32(fd))
		}
	}
	return found
}

// longestSlice is what the kernel allows, in nanoseconds.
const longestSlice = 100_000_000

// lowerPriority makes everything else on the machine go first. The child is a process group of its own, and naming the
// group reaches all of its threads. The thread that works also asks for the longest slices of time there are: whatever
// wakes up meanwhile interrupts it at once (Linux 6.12), not only when a slice of some milliseconds is over.
func lowerPriority(limits) (string, error) {
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL, Nice: 19, Runtime: longestSlice}, 0)
	return "nice 19", unix.Setpriority(unix.PRIO_PGRP, 0, 19)
}

// limitResources sets the limits of setrlimit(2) that count per process. RLIMIT_NPROC counts per user, so another
// process could use it up for us; the seccomp filter refuses processes instead. The hard limit of processor time equals
// the soft one: Go ignores the warning that the soft one is, and the hard one kills.
func limitResources(l limits) (string, error) {
	for _, row := range []struct {
		resource int
		most     uint64
	}{
		{unix.RLIMIT_CPU, uint64(l.CPU)},
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_NOFILE, mostDescriptors},
		{unix.RLIMIT_MEMLOCK, 0},
		{unix.RLIMIT_MSGQUEUE, 0},
	} {
		if err := unix.Setrlimit(row.resource, &unix.Rlimit{Cur: row.most, Max: row.most}); err != nil {
			return "", fmt.Errorf("setrlimit %d: %w", row.resource, err)
		}
	}
	return fmt.Sprintf("%d s of processor time, no written bytes, no core dump, %d descriptors", l.CPU, mostDescriptors), nil
}

// limitMemory lets the kernel refuse data beyond the limit (RLIMIT_DATA; a Go program does not start under a small
// RLIMIT_AS), and lets Go collect its garbage before that happens. The race detector needs terabytes of address space
// that count as data; a program built with it is watched instead.
func limitMemory(l limits) (string, error) {
	if raceEnabled {
		return watchMemory(l)
	}
	boundRuntime(l)
	most := uint64(l.Memory)
	return fmt.Sprintf("%d MiB of data", l.Memory>>20), unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: most, Max: most})
}

// nobody is the user that owns nothing, by the convention of every distribution.
const nobody = 65534

// becomeNobody gives up being root, and with it every capability. The server has started the child as nobody, if it
// could; doing it here costs more, for it is done thread by thread.
func becomeNobody(limits) (string, error) {
	if user := os.Geteuid(); user != 0 {
		return fmt.Sprintf("user %d, no root", user), nil
	}
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setresgid(nobody, nobody, nobody), syscall.Setresuid(nobody, nobody, nobody)); err != nil {
		return "", err
	}
	// Changing the user switches off the signal that ends us with the server (prctl(2), PR_SET_PDEATHSIG). Should the
	// server have ended meanwhile, reading the request finds its socket closed.
	return fmt.Sprintf("user %d instead of root", nobody), unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0)
}

// refusePrivileges sees to no_new_privs, which landlock and seccomp ask for unless one is root. All threads should have
// it from the one that started this process.
func refusePrivileges(limits) (string, error) {
	const detail = "no program gives more rights"
	if set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err == nil && set == 1 {
		return detail, nil
	}
	where, err := onAllThreads(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1)
	return detail + where, err
}

// landlock refuses everything that a ruleset can name, because no rule allows anything. The thread that started this
// process has given up files and the network before (see confineStarter), so that only the thread that works needs the
// rest; it is the main one, and keeps working. Where it could not, all threads take everything on: dearer, for they have
// to be waited for one by one, on a busy machine for long.
func landlock(limits) (string, error) {
	abi, err := landlockVersion()
	if err != nil {
		return "", err
	}
	ruleset, err := createRuleset(landlockRules(abi))
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(int(ruleset)) }()
	if confined() {
		return fmt.Sprintf("version %d: no file%s", abi, landlockWords(abi)), restrictThread(ruleset)
	}
	where, err := onAllThreads(unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
	return fmt.Sprintf("version %d: no file%s%s", abi, landlockWords(abi), where), err
}

// confined reports whether landlock keeps this thread from a folder that anybody may list.
func confined() bool {
	fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		_ = unix.Close(fd)
	}
	return errors.Is(err, unix.EACCES)
}

// onAllThreads makes one system call in every thread: landlock and no_new_privs belong to a thread, and threads that
// start later inherit them. Go cannot do that in a program with C in it, such as one built with the race
// detector; there the layer holds the main thread, which then is the one that handles the request.
func onAllThreads(trap, a, b uintptr) (where string, err error) {
	_, _, errno := syscall.AllThreadsSyscall6(trap, a, b, 0, 0, 0, 0)
	if errno == syscall.ENOTSUP {
		runtime.LockOSThread()
		_, _, errno = syscall.RawSyscall6(trap, a, b, 0, 0, 0, 0)
		where = " (only in the thread that handles the request: this program is built with cgo)"
	}
	if errno != 0 {
		return "", errno
	}
	return where, nil
}
