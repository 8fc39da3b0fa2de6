package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// childName stands where a program's name stands, as its first argument of all. No file is called that by accident.
const childName = "strongroom: sandbox child"

// Exit codes of a child. A Go program that panics ends with 2.
const (
	exitDone     = 0
	exitProtocol = 70 // the server does not speak our protocol, or is gone
	exitUnlocked = 71 // it could not lock itself down at all
	exitMemory   = 77 // the watchdog saw more memory than allowed
)

// limits are what the server tells a child before it starts, as arguments.
type limits struct {
	CPU     int64  // seconds
	Memory  int64  // bytes
	Without string // names of layers that are left out, with spaces between them
}

func (l limits) args() []string {
	return []string{childName, strconv.FormatInt(l.CPU, 10), strconv.FormatInt(l.Memory, 10), l.Without}
}

func parseLimits(args []string) (l limits, err error) {
	if len(args) < 4 {
		return l, fmt.Errorf("%d arguments, want at least 4", len(args))
	}
	if l.CPU, err = strconv.ParseInt(args[1], 10, 64); err != nil {
		return l, err
	}
	l.Memory, err = strconv.ParseInt(args[2], 10, 64)
	l.Without = args[3]
	return l, err
}

// wants reports whether a layer is to be taken on.
func (l limits) wants(layer string) bool {
	for name := range strings.FieldsSeq(l.Without) {
		if name == layer {
			return false
		}
	}
	return true
}

// IsChild reports whether this process was started as a child by a Pool. No command line that a person types does that.
func IsChild() bool { return len(os.Args) > 0 && os.Args[0] == childName }

// ServeChild locks this process down, reads one request, calls handle and exits; it never returns. The file is the one
// given to Run, open for reading only, at its beginning; nil when Run was given none. An error of handle reaches the
// caller of Run as a Failure; so does a panic.
//
// It must be called before anything else, and no package may start goroutines or open files before that. The caller keeps
// its thread: an init function does, others call runtime.LockOSThread, which costs a thread more.
func ServeChild(handle func(request []byte, file *os.File) ([]byte, error)) {
	limits, err := parseLimits(os.Args)
	if err != nil {
		fatal(exitProtocol, "%q is started by the server only: %v", childName, err)
	}
	os.Clearenv()
	layers := lockDown(limits)
	server := openServer()
	if err := writeFrame(server, frameReady, encodeLayers(layers)); err != nil {
		os.Exit(exitProtocol)
	}
	request, file, err := receive(server)
	if err != nil {
		os.Exit(exitProtocol) // the server is gone, or closed its pool
	}
	if err := writeFrame(server, frameTaken, nil); err != nil {
		os.Exit(exitProtocol)
	}
	kind, reply := byte(frameReply), []byte(nil)
	if reply, err = handle(request, file); err != nil {
		kind, reply = frameError, []byte(err.Error())
	}
	if err := writeFrame(server, kind, reply); err != nil {
		fatal(exitProtocol, "the reply could not be written: %v", err)
	}
	_ = server.Close() // the server need not wait until the memory is given back
	os.Exit(exitDone)
}

// fatal ends a child that cannot do its work; the server keeps the text.
func fatal(code int, format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(code)
}
