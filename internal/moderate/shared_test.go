package moderate_test

import (
	"testing"

	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/standing"
)

// clear clears takedowns of a project, or the one of a kind.
func (w *world) clear(project, kind string) {
	w.t.Helper()
	_, err := w.Moderate.ClearTakedown(w.ctx, w.visitor("mod"), project, standing.Place{}, moderate.Takedown{Kind: kind})
	w.must(err)
}

// frozen checks whether alice is.
func (w *world) frozen(when string, want bool) {
	w.t.Helper()
	if _, got := w.user("alice").Standing.Get(index.Frozen); got != want {
		w.t.Errorf("%s: alice is frozen: %t, want %t", when, got, want)
	}
}

// TestSN10FreezesAreShared: whom several takedowns froze is free when the last of them ends, in whatever order.
func TestSN10FreezesAreShared(t *testing.T) {
	malware := moderate.Takedown{Category: "malware", Reason: "steals keys"}
	for name, test := range map[string]func(w *world){
		"quarantined again": func(w *world) {
			w.quarantine(standing.Place{}, moderate.Takedown{FreezeOwners: true})
			w.quarantine(standing.Place{}, moderate.Takedown{FreezeOwners: true, Reason: "a better reason"})
			w.frozen("twice", true)
			w.clear("demo", "")
			w.frozen("cleared", false)
		},
		"removed again": func(w *world) {
			w.remove(malware)
			w.remove(moderate.Takedown{Category: "malware", Reason: "and more"})
			w.clear("demo", "")
			w.frozen("cleared", false)
		},
		"the second is undone": func(w *world) {
			first := w.quarantine(standing.Place{}, moderate.Takedown{FreezeOwners: true})
			second := w.quarantine(standing.Place{}, moderate.Takedown{FreezeOwners: true, Reason: "a better reason"})
			w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), second.UID))
			w.frozen("the first stands", true)
			w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), first.UID))
			w.frozen("none stands", false)
		},
		"one kind is cleared": func(w *world) {
			w.quarantine(standing.Place{}, moderate.Takedown{FreezeOwners: true})
			w.remove(malware)
			w.clear("demo", index.Quarantined)
			w.frozen("the removal stands", true)
			if _, removed := w.project("demo").Standing.Get(index.Removed); !removed {
				w.t.Error("it is no longer removed")
			}
			w.clear("demo", index.Removed)
			w.frozen("none stands", false)
		},
		"two projects": func(w *world) {
			w.remove(malware)
			_, err := w.Moderate.Remove(w.ctx, w.visitor("mod"), "other", standing.Place{}, malware)
			w.must(err)
			w.clear("demo", "")
			w.frozen("the other stands", true)
			w.clear("other", "")
			w.frozen("none stands", false)
		},
		"by hand": func(w *world) {
			w.remove(malware)
			_, err := w.Moderate.Unfreeze(w.ctx, w.visitor("mod"), "alice", "")
			w.must(err)
			w.clear("demo", "")
			w.frozen("cleared", false)
		},
	} {
		t.Run(name, func(t *testing.T) { eachWorld(t, func(_ *testing.T, w *world) { test(w) }) })
	}
}
