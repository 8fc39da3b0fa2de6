package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// reloadOnHangup opens the list of breached passwords again at each SIGHUP,
// until the context ends (PW-1). One that cannot be read is logged, and the old
// one stays in use.
func (a *App) reloadOnHangup(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		}
		if err := a.Breach.Reload(); err != nil {
			a.Log.Error("reload", "error", err.Error())
			continue
		}
		a.Log.Info("reloaded", "what", "breached passwords")
	}
}
