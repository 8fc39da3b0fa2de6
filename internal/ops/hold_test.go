package ops_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/app"
	"strongroom/internal/config"
	"strongroom/internal/ops"
)

// TestBackupNoticesThatItSlept: when the machine stood still for longer than
// the hold lasts, a sweep may have removed what was not copied yet.
func TestBackupNoticesThatItSlept(t *testing.T) {
	c := config.Default()
	c.Data = t.TempDir()
	c, err := c.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var calls atomic.Int64
	a.Clock = func() time.Time { return time.Now().Add(time.Duration(calls.Add(1)) * 6 * time.Minute) }
	var out bytes.Buffer
	o := a.Operator(ops.Console{Stdout: &out, Stderr: &out, Dir: c.Data})
	err = (&ops.BackupCommand{Dest: filepath.Join(t.TempDir(), "backup")}).Run(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "stood still for minutes") {
		t.Errorf("got %v\n%s", err, out.String())
	}
}
