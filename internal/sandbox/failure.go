package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// ErrBusy says that Parallel calls are at work and Queue more are waiting (AV-3).
var ErrBusy = errors.New("sandbox: too many calls are waiting")

// ErrNoChild says that no child can be started, or that children are killed before they have the file: the server is
// short of something, and the file may be tried again later.
var ErrNoChild = errors.New("sandbox: there is no child")

// ErrClosed says that the Pool was closed.
var ErrClosed = errors.New("sandbox: the pool is closed")

// Reason says what became of a child that did not reply.
type Reason string

// The reasons.
const (
	Panicked  Reason = "panicked" // it crashed, by a panic or inside the Go runtime
	Killed    Reason = "killed"   // a signal from outside ended it
	OutOfTime Reason = "time"     // more processor time or more time than allowed
	OutOfMem  Reason = "memory"   // more memory than allowed
	Rubbish   Reason = "rubbish"  // it ended without a reply, or what it wrote is not one
	Refused   Reason = "handler"  // the handler returned an error
)

// Failure is the error of Run when a child did not reply: it says nothing about the server, which goes on, but about
// the file that was looked at. Detail is one line for the log; it may hold words out of the file.
type Failure struct {
	Reason Reason
	Detail string
}

// Error implements error.
func (f *Failure) Error() string { return fmt.Sprintf("sandbox: %s: %s", f.Reason, f.Detail) }

// verdict says why a child that has ended did not reply, from how it ended and what it said at last.
func verdict(state *os.ProcessState, said []byte, o Options) *Failure {
	if state == nil {
		return &Failure{Killed, "nobody knows how it ended"}
	}
	used := state.UserTime() + state.SystemTime()
	line := firstLine(said)
	switch {
	case state.ExitCode() == exitMemory || ranOutOfMemory(said):
		return &Failure{OutOfMem, fmt.Sprintf("more than %d MiB: %s", o.Memory>>20, line)}
	case state.ExitCode() < 0 && used >= o.CPU/2: // the limit counts ticks, this counts time: on a busy machine they are far apart
		return &Failure{OutOfTime, fmt.Sprintf("%s of processor time", used.Round(time.Millisecond))}
	case state.ExitCode() < 0:
		return &Failure{Killed, state.String()}
	case state.ExitCode() == 2:
		return &Failure{Panicked, line}
	}
	return &Failure{Rubbish, fmt.Sprintf("it ended without a reply, %s: %s", state, line)}
}

// ranOutOfMemory recognises the words of Go's runtime when the kernel gives it no more.
func ranOutOfMemory(said []byte) bool {
	for _, words := range []string{"fatal error: runtime: out of memory", "fatal error: runtime: cannot allocate memory", "fatal error: out of memory", "runtime: cannot map pages", "errno=12"} {
		if bytes.Contains(said, []byte(words)) {
			return true
		}
	}
	return false
}

// firstLine is the first line that is not empty, in printable characters.
func firstLine(said []byte) string {
	for line := range strings.Lines(string(said)) {
		if line = strings.TrimSpace(line); line != "" {
			return strings.Trim(fmt.Sprintf("%q", line), `"`)
		}
	}
	return "it said nothing"
}
