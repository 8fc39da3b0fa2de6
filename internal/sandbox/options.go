package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// Options are the limits of a Pool. A zero field takes the default that stands behind it (AV-2, AV-3).
type Options struct {
	Program  string        // what is run, by default this program
	Parallel int           // children at work at once: one less than the processors, at least 1
	Queue    int           // calls that may wait for one of them: 4 × Parallel, at least 32
	Idle     int           // children started ahead of need: 1; negative for none
	CPU      time.Duration // processor time of a child, in whole seconds: 30 s
	Wall     time.Duration // time from the request to the whole reply: 60 s
	Memory   int64         // bytes of data a child may hold: 512 MiB
	Reply    int64         // bytes of a reply: 32 MiB

	// without names layers that the child leaves out. Tests use it to see that they can fail.
	without string
}

// withDefaults fills what is zero. A limit that no child could start under is refused, for it is a mistake in the
// settings and would otherwise refuse every file.
func (o Options) withDefaults() (Options, error) {
	if o.Program == "" {
		program, err := ownProgram()
		if err != nil {
			return o, fmt.Errorf("sandbox: finding this program: %w", err)
		}
		o.Program = program
	}
	orDefault(&o.Parallel, max(1, runtime.NumCPU()-1))
	orDefault(&o.Queue, max(4*o.Parallel, 32)) // 4 × 1 would send eight publishers away who would wait for milliseconds
	orDefault(&o.Idle, 1)
	if !ahead {
		o.Idle = -1
	}
	orDefault(&o.CPU, 30*time.Second)
	orDefault(&o.Wall, 60*time.Second)
	orDefault(&o.Memory, 512<<20)
	orDefault(&o.Reply, 32<<20)
	if o.Parallel < 1 || o.Queue < 0 || o.Wall < 0 || o.Reply < 1 || o.CPU < time.Second || o.Memory < leastMemory {
		return o, fmt.Errorf("sandbox: a child needs at least 1 s of processor time and %d MiB of memory, and the other limits must not be negative: %+v", leastMemory>>20, o)
	}
	return o, nil
}

// leastMemory is what a Go program needs to start at all: the runtime takes its heap in pieces of 64 MiB.
const leastMemory = 128 << 20

func orDefault[T int | int64 | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// limits are what a child is told of the Options.
func (o Options) limits() limits {
	return limits{CPU: int64(o.CPU / time.Second), Memory: o.Memory, Without: o.without}
}

// ownProgram names the running program. The kernel's own link is preferred: it still leads to the same bytes after the
// file was replaced by a newer version.
func ownProgram() (string, error) {
	const link = "/proc/self/exe"
	if runtime.GOOS == "linux" {
		if _, err := os.Readlink(link); err == nil {
			return link, nil
		}
	}
	return os.Executable()
}
