package sandbox

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/windows"
)

// startProcess hands the file down as a handle that can be read and nothing else. Windows' own libraries look for the
// system's folder in the environment; nothing else of the server's goes along.
func startProcess(o Options, file *os.File, standard []*os.File) (*os.Process, error) {
	args := o.limits().args()
	sys := &syscall.SysProcAttr{CreationFlags: windows.IDLE_PRIORITY_CLASS, HideWindow: true}
	if file != nil {
		reader, err := readHandle(file)
		if err != nil {
			return nil, err
		}
		defer func() { _ = windows.CloseHandle(reader) }()
		sys.AdditionalInheritedHandles = []syscall.Handle{syscall.Handle(reader)}
		args = append(args, strconv.FormatUint(uint64(reader), 10))
	}
	return os.StartProcess(o.Program, args, &os.ProcAttr{
		Dir: `\`, Env: []string{"GOMAXPROCS=1", "SYSTEMROOT=" + os.Getenv("SYSTEMROOT")}, Files: standard, Sys: sys,
	})
}

// readHandle makes an inheritable handle for the file that is good for reading only.
func readHandle(file *os.File) (reader windows.Handle, err error) {
	self := windows.CurrentProcess()
	err = windows.DuplicateHandle(self, windows.Handle(file.Fd()), self, &reader, windows.FILE_GENERIC_READ, true, 0)
	return reader, os.NewSyscallError("DuplicateHandle", err)
}
