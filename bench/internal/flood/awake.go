package flood

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
)

// awake are processes, one on each processor, that run only where nothing else
// wants to, and keep it from going to sleep. A quiet server's reader would else pay
// for waking it up, the more the longer a host takes to give a guest its processor
// back, and the flooded one would not: their ratio would be too good.
type awake []*exec.Cmd

// keepAwake starts them. They must be ended, also when there is an error.
func keepAwake(ctx context.Context) (all awake, err error) {
	for cpu := range runtime.NumCPU() {
		c := exec.CommandContext(ctx, "chrt", "--idle", "0", "taskset", "--cpu-list", strconv.Itoa(cpu), "sh", "-c", "while :; do :; done")
		c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if e := c.Start(); e != nil {
			err = errors.Join(err, fmt.Errorf("keep processor %d awake: %w", cpu, e))
			continue
		}
		all = append(all, c)
	}
	return all, err
}

func (a awake) end() {
	for _, c := range a {
		_ = c.Process.Kill()
		_ = c.Wait() // it was killed
	}
}
