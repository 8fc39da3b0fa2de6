package proc

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// tick is the unit of processor times in /proc/PID/stat on every Linux port.
const tick = 10 * time.Millisecond

// stat is the part of /proc/PID/stat that we need.
type stat struct {
	parent int
	reaped time.Duration // processor time of children that have ended
}

// CPU is the processor time of the server, its children, and those children
// that have ended. Living processes are read from their kernel clock (ns);
// ended ones have a resolution of 10 ms.
func (p *Process) CPU() (time.Duration, error) {
	tree, err := p.tree()
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for pid, s := range tree {
		var t unix.Timespec
		if err := unix.ClockGettime(processClock(pid), &t); err != nil {
			continue // ended since; its parent has its time
		}
		sum += time.Duration(t.Nano()) + s.reaped
	}
	return sum, nil
}

// processClock is the clock of a process's processor time (what
// clock_getcpuclockid returns).
func processClock(pid int) int32 { return int32(^pid<<3 | 2) }

// Memory is the resident memory of the tree in bytes: now, and the sum of each
// process's peak.
func (p *Process) Memory() (now, peak int64, err error) {
	err = p.each("status", func(b []byte) {
		now += kilobytes(b, "VmRSS:")
		peak += kilobytes(b, "VmHWM:")
	})
	return now, peak, err
}

// Proportional is the resident memory of the tree in bytes with each page counted
// once: of those that several processes share, each counts its part (proc(5), Pss).
func (p *Process) Proportional() (sum int64, err error) {
	err = p.each("smaps_rollup", func(b []byte) { sum += kilobytes(b, "Pss:") })
	return sum, err
}

// each reads a file below /proc of every process in the tree that still runs.
func (p *Process) each(name string, note func(text []byte)) error {
	tree, err := p.tree()
	if err != nil {
		return err
	}
	for pid := range tree {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return err
		}
		note(b)
	}
	return nil
}

// Watch samples the memory of the tree until the returned function is called,
// which returns the highest sample: it sees children that do not live long
// enough to be asked for their peak.
func (p *Process) Watch(every time.Duration) func() int64 {
	stop, highest := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		for {
			if now, _, err := p.Memory(); err == nil {
				most = max(most, now)
			}
			select {
			case <-stop:
				highest <- most
				return
			case <-time.After(every):
			}
		}
	}()
	return func() int64 { close(stop); return <-highest }
}

// ForgetPeak starts the peak of every process of the tree anew.
func (p *Process) ForgetPeak() error {
	tree, err := p.tree()
	if err != nil {
		return err
	}
	for pid := range tree {
		err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func kilobytes(status []byte, key string) int64 {
	_, rest, found := bytes.Cut(status, []byte(key))
	fields := bytes.Fields(rest)
	if !found || len(fields) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// tree finds the server's process and all that descend from it.
func (p *Process) tree() (map[int]stat, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	root := p.cmd.Process.Pid
	tree := map[int]stat{}
	for pid, s := range all {
		for up, depth := pid, 0; up > 1 && depth < 16; up, depth = all[up].parent, depth+1 {
			if up == root {
				tree[pid] = s
				break
			}
		}
	}
	if len(tree) == 0 {
		return nil, fmt.Errorf("the server has ended: %s", p.Tail())
	}
	return tree, nil
}

func processes() (map[int]stat, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	all := make(map[int]stat, len(entries))
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		b, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // ended since
		}
		if s, err := parseStat(b); err == nil {
			all[pid] = s
		}
	}
	return all, nil
}

// parseStat reads the fields after the command name, which may itself hold
// spaces and parentheses.
func parseStat(b []byte) (stat, error) {
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 15 {
		return stat{}, fmt.Errorf("short stat line %q", b)
	}
	var n [3]int64
	for i, field := range []int{1, 13, 14} { // ppid, cutime, cstime
		v, err := strconv.ParseInt(string(fields[field]), 10, 64)
		if err != nil {
			return stat{}, err
		}
		n[i] = v
	}
	return stat{parent: int(n[0]), reaped: time.Duration(n[1]+n[2]) * tick}, nil
}
