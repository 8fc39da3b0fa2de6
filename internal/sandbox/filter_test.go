//go:build linux && (amd64 || arm64)

package sandbox

import (
	"testing"

	"golang.org/x/sys/unix"
)

// call is one system call as the kernel shows it to a filter.
type call struct {
	arch, number uint32
	arguments    [6]uint32
}

// word is 32 bits of struct seccomp_data (seccomp(2)): the number, the architecture, the place of the instruction, and
// six arguments of 64 bits, the low half first.
func (c call) word(place uint32) uint32 {
	switch {
	case place == 0:
		return c.number
	case place == 4:
		return c.arch
	case place >= 16 && place%8 == 0:
		return c.arguments[(place-16)/8]
	}
	return 0
}

// answer runs a filter by the rules of the kernel's machine, as far as our filter uses it.
func answer(t *testing.T, program []unix.SockFilter, c call) uint32 {
	t.Helper()
	accumulator := uint32(0)
	for at := 0; at < len(program); at++ {
		switch step := program[at]; step.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			accumulator = c.word(step.K)
		case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K:
			accumulator &= step.K
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			skip := step.Jf
			if accumulator == step.K {
				skip = step.Jt
			}
			at += int(skip)
		case unix.BPF_RET | unix.BPF_K:
			return step.K
		default:
			t.Fatalf("step %d: code %#x", at, step.Code)
		}
	}
	t.Fatal("the filter ends without an answer")
	return 0
}

// TestFilter asks the filter about calls with arguments that a test could not really make.
func TestFilter(t *testing.T) {
	const (
		arch    = unix.AUDIT_ARCH_X86_64
		allow   = unix.SECCOMP_RET_ALLOW
		pid     = 4711
		wake    = 6
		private = unix.MAP_ANON | unix.MAP_PRIVATE
		thread  = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_SYSVSEM | unix.CLONE_THREAD
	)
	program := compile(arch, allowed(pid, []uint32{wake}))
	for _, row := range []struct {
		what      string
		number    uint32
		arguments [6]uint32
		want      uint32
	}{
		{"read anything", unix.SYS_READ, [6]uint32{77}, allow},
		{"write to stdout", unix.SYS_WRITE, [6]uint32{1}, refused},
		{"write to stderr", unix.SYS_WRITE, [6]uint32{2}, allow},
		{"write to the server", unix.SYS_WRITE, [6]uint32{serverDescriptor}, allow},
		{"write to Go's poller", unix.SYS_WRITE, [6]uint32{4}, refused},
		{"wake a thread", unix.SYS_WRITE, [6]uint32{wake}, allow},
		{"write to the file", unix.SYS_WRITE, [6]uint32{7}, refused},
		{"receive from the server", unix.SYS_RECVMSG, [6]uint32{serverDescriptor}, allow},
		{"receive from another", unix.SYS_RECVMSG, [6]uint32{7}, refused},
		{"look at flags", unix.SYS_FCNTL, [6]uint32{7, unix.F_GETFL}, allow},
		{"duplicate", unix.SYS_FCNTL, [6]uint32{7, unix.F_DUPFD}, refused},
		{"change flags", unix.SYS_FCNTL, [6]uint32{7, unix.F_SETFL}, refused},
		{"take memory", unix.SYS_MMAP, [6]uint32{0, 4096, unix.PROT_READ | unix.PROT_WRITE, private}, allow},
		{"reserve memory", unix.SYS_MMAP, [6]uint32{0, 4096, unix.PROT_NONE, private | unix.MAP_FIXED}, allow},
		{"take executable memory", unix.SYS_MMAP, [6]uint32{0, 4096, unix.PROT_READ | unix.PROT_EXEC, private}, refused},
		{"map the file", unix.SYS_MMAP, [6]uint32{0, 4096, unix.PROT_READ, unix.MAP_PRIVATE}, refused},
		{"protect", unix.SYS_MPROTECT, [6]uint32{0, 4096, unix.PROT_READ}, allow},
		{"make executable", unix.SYS_MPROTECT, [6]uint32{0, 4096, unix.PROT_EXEC}, refused},
		{"start a thread", unix.SYS_CLONE, [6]uint32{thread}, allow},
		{"fork", unix.SYS_CLONE, [6]uint32{uint32(unix.SIGCHLD)}, refused},
		{"fork as C does", unix.SYS_CLONE, [6]uint32{unix.CLONE_VM | unix.CLONE_VFORK}, refused},
		{"start a thread in a namespace", unix.SYS_CLONE, [6]uint32{thread | unix.CLONE_NEWNET}, refused},
		{"signal an own thread", unix.SYS_TGKILL, [6]uint32{pid, pid + 1}, allow},
		{"signal another's thread", unix.SYS_TGKILL, [6]uint32{pid - 1, pid - 1}, refused},
		{"clone3", unix.SYS_CLONE3, [6]uint32{}, unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)},
		{"execute", unix.SYS_EXECVE, [6]uint32{}, refused},
		{"a call nobody knows", 9999, [6]uint32{}, refused},
		{"a call for 32-bit addresses", unix.SYS_READ | 0x40000000, [6]uint32{}, refused},
	} {
		if got := answer(t, program, call{arch, row.number, row.arguments}); got != row.want {
			t.Errorf("%s: %#x, want %#x", row.what, got, row.want)
		}
	}
	other := call{arch: unix.AUDIT_ARCH_I386, number: unix.SYS_READ}
	if got := answer(t, program, other); got != unix.SECCOMP_RET_KILL_PROCESS {
		t.Errorf("another architecture: %#x", got)
	}
}

// TestLandlockRules: each version of the interface is told what it knows and no more, or it would refuse the ruleset.
// The numbers are those of linux/landlock.h.
func TestLandlockRules(t *testing.T) {
	for abi, want := range map[uintptr][3]uint64{
		1: {0x1fff, 0, 0}, 2: {0x3fff, 0, 0}, 3: {0x7fff, 0, 0}, 4: {0x7fff, 3, 0}, 5: {0xffff, 3, 0}, 6: {0xffff, 3, 3}, 99: {0xffff, 3, 3},
	} {
		got := landlockRules(abi)
		if got.Handled_access_fs != want[0] || got.Handled_access_net != want[1] || got.Scoped != want[2] {
			t.Errorf("version %d: %#x, want %#x", abi, got, want)
		}
	}
	for abi, want := range map[uintptr]string{3: "", 4: ", no TCP", 7: ", no TCP, no signals to others"} {
		if got := landlockWords(abi); got != want {
			t.Errorf("version %d: %q", abi, got)
		}
	}
}
