package moderate_test

import (
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// alarms waits for the look at the name of a new project, and lists what it said.
func (w *world) alarms(name string) (out []index.Report) {
	w.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		n, err := w.DB.JobsDue(w.ctx, index.JobNewProject, w.Clock())
		w.must(err)
		if n == 0 {
			break
		}
		if time.Now().After(end) {
			w.t.Fatal("nobody looked at the name")
		}
	}
	out, err := w.DB.ReportsOf(w.ctx, name, 10)
	w.must(err)
	return out
}

// TestFN3LookAlikes: a new name that is one slip away from a known one is in the queue after the upload, which was not refused; others are not.
func TestFN3LookAlikes(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.downloaded(5000)
		w.MustUpload(apptest.Wheel("dmeo", "1.0", "x"))
		got := w.alarms("dmeo")
		if len(got) != 1 || got[0].Kind != index.ReportLookAlike || got[0].Reporter != "system" || !got[0].Open() || !strings.Contains(got[0].Text, "demo, 5000 downloads") {
			t.Fatalf("%+v", got)
		}
		w.MustUpload(apptest.Wheel("dmeo", "2.0", "x"))
		if got = w.alarms("dmeo"); len(got) != 1 {
			t.Errorf("another release: %+v", got)
		}
		w.MustUpload(apptest.Wheel("something-else", "1.0", "x"))
		if got = w.alarms("something-else"); len(got) != 0 {
			t.Errorf("a name of its own: %+v", got)
		}
		w.Moderate.Settings.TopNames = 0
		w.MustUpload(apptest.Wheel("demoz", "1.0", "x"))
		if got = w.alarms("demoz"); len(got) != 0 {
			t.Errorf("switched off: %+v", got)
		}
		w.Moderate.Settings.TopNames = 1
		w.MustUpload(apptest.Wheel("othr", "1.0", "x"))
		if got = w.alarms("othr"); len(got) != 0 {
			t.Errorf("one that few use: %+v", got)
		}
		w.do(func(tx *change.Tx) error {
			s, err := standing.Find(w.ctx, tx, "demo", "", "")
			if err == nil {
				_, err = standing.Set(w.ctx, tx, s, index.Flag{Kind: index.Removed, Category: "spam", Reason: "gone"}, "")
			}
			return err
		})
		w.MustUpload(apptest.Wheel("deemo", "1.0", "x"))
		if got = w.alarms("deemo"); len(got) != 0 {
			t.Errorf("like one that was removed: %+v", got)
		}
	})
}
