package app

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// ticksPerSecond is the unit of processor and start times in /proc: USER_HZ, 100 on every architecture that Go knows.
const ticksPerSecond = 100

// writeProcess writes what the kernel knows of this process. What cannot be read is left out: a wrong zero would look
// like a fact.
func writeProcess(e *exposition) {
	if fields := statFields(); len(fields) > 21 {
		e.single("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
			(field(fields, 11)+field(fields, 12))/ticksPerSecond)
		e.single("process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", field(fields, 20))
		e.single("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", field(fields, 21)*float64(os.Getpagesize()))
		if boot := bootTime(); boot > 0 {
			e.single("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.", boot+field(fields, 19)/ticksPerSecond)
		}
	}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		e.single("process_open_fds", "gauge", "Number of open file descriptors.", float64(len(open)))
	}
	var most unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &most) == nil {
		e.single("process_max_fds", "gauge", "Maximum number of open file descriptors.", float64(most.Cur))
	}
}

// statFields are the fields of /proc/self/stat (proc(5)) from the third on: the second, the program's name, may hold
// spaces and ends with the last parenthesis.
func statFields() [][]byte {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return nil
	}
	return bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
}

// bootTime is when the machine started, in seconds since 1970; 0 when the kernel does not say.
func bootTime() float64 {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(stat, []byte("\nbtime "))
	return field(bytes.Fields(after), 0)
}

// field is a number among fields, 0 when there is none.
func field(fields [][]byte, i int) float64 {
	if i >= len(fields) {
		return 0
	}
	n, err := strconv.ParseFloat(string(fields[i]), 64)
	if err != nil {
		return 0
	}
	return n
}
