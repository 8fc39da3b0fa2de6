package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/standing"
)

// TestSD20NothingIsOfferedWithoutItsBytes: what hides a file when its bytes are removed cannot be taken off it afterwards,
// by people or by the clock.
func TestSD20NothingIsOfferedWithoutItsBytes(t *testing.T) {
	eachOwned(t, func(w *owned) {
		on := func(fn func(tx *change.Tx, s standing.Subject) error) error {
			return w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
				s, err := standing.Find(w.ctx, tx, "demo", "", demoWheel)
				if err != nil {
					return err
				}
				return fn(tx, s)
			})
		}
		quarantine := func(until time.Time) error {
			return on(func(tx *change.Tx, s standing.Subject) error {
				_, err := maintain.SetFlag(w.ctx, tx, s, index.Flag{Kind: index.Quarantined, Until: until}, "")
				return err
			})
		}
		clear := func() error {
			return on(func(tx *change.Tx, s standing.Subject) error {
				return maintain.ClearFlag(w.ctx, tx, s, index.Quarantined)
			})
		}
		w.must(quarantine(w.Clock().Add(time.Hour)))
		w.must(clear())
		w.delete(standing.Place{Version: "1"})
		w.must(quarantine(w.Clock().Add(time.Hour)))
		w.must(on(func(tx *change.Tx, s standing.Subject) error {
			_, err := maintain.Purge(w.ctx, tx, s, "retention", "")
			return err
		}))
		w.must(w.Maintain.Restore(w.ctx, w.as("admin"), w.project(), standing.Place{Version: "1"}))
		w.serves(demoSdist, http.StatusOK)
		w.refused(clear(), index.CodeNotRestorable, "The bytes of "+demoWheel)
		w.SetClock(2 * time.Hour)
		timers := &standing.Timers{Recorder: w.Recorder, Begun: maintain.TellSet, Ended: maintain.TellCleared}
		w.must(timers.Run(w.ctx, []byte(`{"level": "file", "id": `+fmt.Sprint(w.file(demoWheel).ID)+`, "kind": "quarantined"}`)))
		w.serves(demoWheel, http.StatusForbidden)
		w.sound()
	})
}

// TestSD6FeedsNameNoReleaseWithoutFiles: one whose files were all deleted has no page either.
func TestSD6FeedsNameNoReleaseWithoutFiles(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.delete(standing.Place{File: demoWheel})
		w.delete(standing.Place{File: demoSdist})
		if r := w.Get("/project/demo/1.0/"); r.StatusCode != http.StatusNotFound {
			t.Errorf("the page: %s", r.Status)
		}
		for _, path := range []string{"/rss/updates.xml", "/rss/project/demo/releases.xml", "/", "/pypi/demo/json"} {
			if text := w.Get(path).Text; strings.Contains(text, "1.0<") || strings.Contains(text, "</a> 1.0") || !strings.Contains(text, "2.0") {
				t.Errorf("%s: %s", path, text)
			}
		}
	})
}
