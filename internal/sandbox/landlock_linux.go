package sandbox

import (
	"debug/elf"
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// confineStarter takes files and the network from the calling thread, and so from every child it will start; all but the
// program, which it has to start. Signals are left: Go sends them from thread to thread. A program that loads libraries
// needs more files than can be known, and is left alone.
func confineStarter(program string) error {
	abi, err := landlockVersion()
	if err != nil {
		return err
	}
	if alone, err := standsAlone(program); err != nil || !alone {
		return err
	}
	rules := landlockRules(abi)
	rules.Scoped = 0
	ruleset, err := createRuleset(rules)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(int(ruleset)) }()
	if err := allowProgram(ruleset, program); err != nil {
		return err
	}
	return restrictThread(ruleset)
}

// standsAlone reports whether a program is started without a loader and libraries, as Go's are unless C is in them.
func standsAlone(program string) (bool, error) {
	f, err := elf.Open(program)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	return !slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }), nil
}

// allowProgram adds the one rule there is: this file may be started, for which the kernel has to read it.
func allowProgram(ruleset uintptr, program string) error {
	fd, err := unix.Open(program, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	rule := unix.LandlockPathBeneathAttr{Allowed_access: unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE, Parent_fd: int32(fd)}
	return errno(unix.RawSyscall6(unix.SYS_LANDLOCK_ADD_RULE, ruleset, unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0))
}

// restrictThread puts a ruleset on the calling thread; threads that it starts inherit it.
func restrictThread(ruleset uintptr) error {
	return errno(unix.RawSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0))
}

// errno drops the results of a system call.
func errno(_, _ uintptr, e unix.Errno) error {
	if e != 0 {
		return e
	}
	return nil
}

// landlockVersion asks the kernel which version of the interface it has. Kernels know more with each (landlock(7),
// "Kernel interface"), and refuse to hear of what they do not know.
func landlockVersion() (uintptr, error) {
	abi, _, e := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if e != 0 {
		return 0, fmt.Errorf("this kernel has no landlock: %w", e)
	}
	return abi, nil
}

// landlockRules is everything that a version of landlock can refuse.
func landlockRules(abi uintptr) unix.LandlockRulesetAttr {
	rules := unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1}
	if abi >= 2 {
		rules.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi >= 3 {
		rules.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if abi >= 4 {
		rules.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if abi >= 5 {
		rules.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if abi >= 6 {
		rules.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	return rules
}

// landlockWords says what a version adds to refusing files.
func landlockWords(abi uintptr) string {
	switch {
	case abi >= 6:
		return ", no TCP, no signals to others"
	case abi >= 4:
		return ", no TCP"
	}
	return ""
}

// createRuleset makes a ruleset without a single rule in it. Older kernels accept the longer structure as long as what
// they do not know is zero.
func createRuleset(rules unix.LandlockRulesetAttr) (uintptr, error) {
	fd, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), unsafe.Sizeof(rules), 0)
	if errno != 0 {
		return 0, fmt.Errorf("landlock ruleset: %w", errno)
	}
	return fd, nil
}
