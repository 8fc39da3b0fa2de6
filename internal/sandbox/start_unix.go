//go:build unix && !linux

package sandbox

import (
	"os"
	"syscall"
)

// startProcess hands the file down as descriptor 3.
func startProcess(o Options, file *os.File, standard []*os.File) (*os.Process, error) {
	args := o.limits().args()
	if file != nil {
		standard, args = append(standard, file), append(args, "3")
	}
	return os.StartProcess(o.Program, args, &os.ProcAttr{
		Dir: "/", Env: []string{"GOMAXPROCS=1"}, Files: standard, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
}
