package report

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Machine describes what the figures were measured on, without saying where
// that machine is.
func Machine(now time.Time) []string {
	facts := []string{
		now.UTC().Format("Measured on 2 January 2006") + ", servers and client on one machine over loopback",
		fmt.Sprintf("%d cores, %s, %s/%s", runtime.NumCPU(), field("/proc/cpuinfo", "model name"), runtime.GOOS, runtime.GOARCH),
	}
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		release, _, _ := strings.Cut(unix.ByteSliceToString(name.Release[:]), "-")
		facts = append(facts, "Linux "+release+", "+memory()+" GB of memory")
	}
	return append(facts, runtime.Version())
}

// Busy warns when the machine has other work, which makes rates and latencies
// rough; it is empty on a quiet one.
func Busy(cores int) string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return busy(string(b), cores)
}

func busy(loadavg string, cores int) string {
	var load float64
	if _, err := fmt.Sscan(loadavg, &load); err != nil || load < float64(cores)/2 {
		return ""
	}
	return fmt.Sprintf("**The machine had other work** when the run began (load average %.1f on %d cores): trust the CPU figures more than the rates", load, cores)
}

func memory() string {
	kilobytes, err := strconv.ParseFloat(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 64)
	if err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%.0f", kilobytes*1024/1e9)
}

// field finds "key : value" in a file of such lines.
func field(path, key string) string {
	f, err := os.Open(path)
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for scan := bufio.NewScanner(f); scan.Scan(); {
		k, v, ok := strings.Cut(scan.Text(), ":")
		if ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return "unknown"
}
