//go:build unix

package app_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
	"strongroom/internal/password/breachlist"
)

// TestHangupReloadsTheList: PW-1. The range of a new list is answered after SIGHUP, and metrics count look-ups.
func TestHangupReloadsTheList(t *testing.T) {
	guard := make(chan os.Signal, 10) // before the server listens for it, the signal would end the tests
	signal.Notify(guard, syscall.SIGHUP)
	defer signal.Stop(guard)
	path := filepath.Join(t.TempDir(), "breached")
	build := func(line string) {
		if _, err := breachlist.Build(t.Context(), breachlist.FromText(strings.NewReader(line)), path, breachlist.Sorted); err != nil {
			t.Fatal(err)
		}
	}
	build("000000005AD76BD555C1D6D771DE417A4B87E4B4:10\n")
	s := apptest.Start(t, func(c *config.Config) { c.PasswordBreach = config.PasswordBreach{Backend: "local", File: path} })
	listed := func() bool {
		return strings.Contains(s.Get("/_/password-range/5BAA6").Text, "1E4C9B93F3F0682250B6CF8331B7EE68FD8:1")
	}
	build("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:7\n")
	if listed() {
		t.Error("the new list counts before the signal")
	}
	for range 50 {
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
		if listed() {
			return
		}
	}
	t.Error("the signal changed nothing")
}
