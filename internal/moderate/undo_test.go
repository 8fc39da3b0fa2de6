package moderate_test

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
	"strongroom/internal/standing"
)

// every act there is, each after what it needs, ready to be undone.
func everyAct(w *world) map[index.ActKind]func() (index.Act, error) {
	mod, admin := w.visitor("mod"), w.visitor("admin")
	reported := w.report("bob", index.ReportSpam)
	return map[index.ActKind]func() (index.Act, error){
		index.ActQuarantine: func() (index.Act, error) {
			return w.Moderate.Quarantine(w.ctx, mod, "demo", standing.Place{Version: "1"}, moderate.Takedown{Reason: "odd", FreezeOwners: true})
		},
		index.ActRemove: func() (index.Act, error) {
			return w.Moderate.Remove(w.ctx, mod, "demo", standing.Place{}, moderate.Takedown{Category: "malware", Reason: "steals keys", Confirms: []string{reported.UID}})
		},
		index.ActClear: func() (index.Act, error) {
			return w.Moderate.ClearTakedown(w.ctx, mod, "demo", standing.Place{File: wheel}, moderate.Takedown{})
		},
		index.ActFreeze: func() (index.Act, error) {
			return w.Moderate.Freeze(w.ctx, mod, "alice", "odd", w.Clock().Add(time.Hour))
		},
		index.ActUnfreeze: func() (index.Act, error) { return w.Moderate.Unfreeze(w.ctx, mod, "alice", "") },
		index.ActProhibit: func() (index.Act, error) {
			return w.Moderate.Prohibit(w.ctx, mod, "squatted", "use demo", []string{"demo"}, "note")
		},
		index.ActAllow:  func() (index.Act, error) { return w.Moderate.Allow(w.ctx, mod, "squatted", "") },
		index.ActSwitch: func() (index.Act, error) { return w.Moderate.Switch(w.ctx, admin, index.SwitchNoUploads, true, "soon") },
		index.ActLabel: func() (index.Act, error) {
			flag := index.Flag{Kind: "watched", Reason: "again", Until: w.Clock().Add(time.Hour)}
			return w.Moderate.LabelPart(w.ctx, mod, "demo", standing.Place{}, flag, "private")
		},
		index.ActUnlabel: func() (index.Act, error) {
			return w.Moderate.UnlabelPart(w.ctx, mod, "demo", standing.Place{}, "watched")
		},
		index.ActDefine: func() (index.Act, error) {
			return w.Moderate.DefineLabel(w.ctx, admin, index.Label{Key: "watched", Text: "Looked at again", Colour: "blue", Public: true})
		},
		index.ActDrop:     func() (index.Act, error) { return w.Moderate.DropLabel(w.ctx, admin, "watched") },
		index.ActTrust:    func() (index.Act, error) { return w.Moderate.Trust(w.ctx, mod, "alice", true) },
		index.ActDistrust: func() (index.Act, error) { return w.Moderate.Trust(w.ctx, mod, "alice", false) },
		index.ActDecide: func() (index.Act, error) {
			return w.Moderate.Decide(w.ctx, mod, reported.UID, index.ReportRejected, "no")
		},
	}
}

// prepare brings about what some acts need.
func (w *world) prepare(kind index.ActKind) {
	w.t.Helper()
	mod := w.visitor("mod")
	var err error
	switch kind {
	case index.ActDefine, index.ActDrop:
		w.label("watched")
	case index.ActDistrust:
		_, err = w.Moderate.Trust(w.ctx, mod, "alice", true)
	case index.ActLabel, index.ActUnlabel:
		w.label("watched")
		_, err = w.Moderate.LabelPart(w.ctx, mod, "demo", standing.Place{}, index.Flag{Kind: "watched", Reason: "before"}, "seen")
	case index.ActClear:
		w.do(func(tx *change.Tx) error {
			s, err := standing.Find(w.ctx, tx, "demo", "", wheel)
			if err == nil {
				_, err = standing.Set(w.ctx, tx, s, index.Flag{Kind: index.Yanked, Reason: "broken"}, "")
			}
			return err
		})
		t := moderate.Takedown{Category: "malware", Reason: "steals keys", Note: "seen by eye"}
		_, err = w.Moderate.Remove(w.ctx, mod, "demo", standing.Place{File: wheel}, t)
		w.must(err)
		_, err = w.Moderate.Quarantine(w.ctx, mod, "demo", standing.Place{File: wheel}, moderate.Takedown{Reason: "more of it"})
	case index.ActUnfreeze:
		_, err = w.Moderate.Freeze(w.ctx, mod, "alice", "odd", time.Time{})
	case index.ActAllow:
		_, err = w.Moderate.Prohibit(w.ctx, mod, "squatted", "gone", nil, "")
	}
	w.must(err)
}

// TestSN10UndoOfEveryAct: the state before an act is the state after its undoing, for each kind there is.
func TestSN10UndoOfEveryAct(t *testing.T) {
	for _, kind := range index.ActKinds() {
		t.Run(string(kind), func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				act := everyAct(w)[kind]
				if act == nil {
					t.Fatalf("nothing undoes %s", kind)
				}
				w.prepare(kind)
				before := w.picture()
				done, err := act()
				w.must(err)
				during := w.picture()
				if reflect.DeepEqual(before, during) {
					t.Fatalf("the act changed nothing: %+v", done)
				}
				by := "second"
				if slices.Contains([]index.ActKind{index.ActSwitch, index.ActDefine, index.ActDrop}, kind) { // no act of moderators, nor is its undoing
					if err := w.Moderate.Undo(w.ctx, w.visitor(by), done.UID); !index.HasCode(err, index.CodeNotAllowed) {
						t.Errorf("a moderator undid it: %v", err)
					}
					by = "admin"
				}
				w.must(w.Moderate.Undo(w.ctx, w.visitor(by), done.UID))
				after := w.picture()
				if kind == index.ActProhibit { // a row that nobody has says as much as none
					after.Name = before.Name
				}
				if !reflect.DeepEqual(before, after) {
					t.Errorf("before %+v\nafter  %+v", before, after)
				}
				kept, _, err := w.DB.Act(w.ctx, done.UID)
				w.must(err)
				if kept.Kind != kind || kept.UndoneBy != by || !kept.Undone() || kept.Actor == "" {
					t.Errorf("%+v", kept)
				}
				if faults, err := w.DB.Faults(w.ctx); err != nil || len(faults) != 0 {
					t.Errorf("%+v, %v", faults, err)
				}
			})
		})
	}
}

// TestActsThatChangeNothing: what is so already is no refusal and no act.
func TestActsThatChangeNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		mod, admin := w.visitor("mod"), w.visitor("admin")
		if act, err := w.Moderate.Trust(w.ctx, mod, "alice", false); err != nil || act.UID != "" {
			t.Errorf("trust: %+v, %v", act, err)
		}
		if _, err := w.Moderate.Trust(w.ctx, mod, "nobody-at-all", true); err == nil {
			t.Error("somebody who is not there is trusted")
		}
		if act, err := w.Moderate.DropLabel(w.ctx, admin, "not-there"); err == nil || act.UID != "" {
			t.Errorf("drop: %+v, %v", act, err)
		}
		first, err := w.Moderate.DefineLabel(w.ctx, admin, index.Label{Key: "seen", Text: "Seen", Colour: "grey"})
		w.must(err)
		again, err := w.Moderate.DefineLabel(w.ctx, admin, index.Label{Key: "seen", Text: "Seen", Colour: "grey"})
		if err != nil || again.UID != "" {
			t.Errorf("define again: %+v, %v", again, err)
		}
		w.must(w.Moderate.Undo(w.ctx, admin, first.UID))
		if _, found, err := w.DB.Label(w.ctx, "seen"); err != nil || found {
			t.Errorf("the definition stands: %t, %v", found, err)
		}
	})
}

// TestUndoOfLabelsOnMany: what somebody changed since stays, the rest is as before.
func TestUndoOfLabelsOnMany(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.label("watched")
		mod := w.visitor("mod")
		demo, other := moderate.Thing{Level: index.OnProject, ID: w.project("demo").ID}, moderate.Thing{Level: index.OnProject, ID: w.project("other").ID}
		n, act, err := w.Moderate.SetLabel(w.ctx, mod, []moderate.Thing{demo, other}, index.Flag{Kind: "watched"}, "")
		if err != nil || n != 2 {
			t.Fatal(n, err)
		}
		_, _, err = w.Moderate.SetLabel(w.ctx, mod, []moderate.Thing{demo}, index.Flag{Kind: "watched", Reason: "since"}, "")
		w.must(err)
		w.must(w.Moderate.Undo(w.ctx, w.visitor("second"), act.UID))
		for thing, want := range map[moderate.Thing]int{demo: 1, other: 0} {
			if flags, err := w.DB.FlagsOn(w.ctx, thing.Level, thing.ID, true); err != nil || len(flags) != want {
				t.Errorf("%+v: %+v, %v", thing, flags, err)
			}
		}
		if n, act, err := w.Moderate.ClearLabel(w.ctx, mod, []moderate.Thing{other}, "watched"); err != nil || n != 0 || act.UID != "" {
			t.Errorf("clearing what is not there: %d, %+v, %v", n, act, err)
		}
	})
}

// TestUndoTakesVerdictsBack: whatever an act says of reports belongs to it.
func TestUndoTakesVerdictsBack(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		reports := []index.Report{w.report("bob", index.ReportSpam), w.report("carol", index.ReportSpam), w.report("second", index.ReportSpam)}
		verdicts := moderate.Takedown{Reason: "odd", Confirms: []string{reports[0].UID}, Rejects: []string{reports[1].UID}, Duplicates: []string{reports[2].UID}}
		for name, act := range map[string]func() (index.Act, error){
			"quarantine": func() (index.Act, error) {
				return w.Moderate.Quarantine(w.ctx, w.visitor("mod"), "demo", standing.Place{}, verdicts)
			},
			"clear": func() (index.Act, error) {
				return w.Moderate.ClearTakedown(w.ctx, w.visitor("mod"), "demo", standing.Place{File: wheel}, verdicts)
			},
		} {
			w.quarantine(standing.Place{File: wheel}, moderate.Takedown{Reason: "before"})
			before := w.picture()
			done, err := act()
			w.must(err)
			for i, want := range []index.ReportState{index.ReportConfirmed, index.ReportRejected, index.ReportDuplicate} {
				if r, _, err := w.DB.Report(w.ctx, reports[i].UID); err != nil || r.State != want || r.Act != done.UID {
					t.Errorf("%s: %s of %s, want %s (%v)", name, r.State, r.Act, want, err)
				}
			}
			w.must(w.Moderate.Undo(w.ctx, w.visitor("second"), done.UID))
			if after := w.picture(); !reflect.DeepEqual(before, after) {
				t.Errorf("%s: before %+v\nafter  %+v", name, before, after)
			}
		}
	})
}

// TestTwoRemovalsRefuseOneHash until neither stands, in whatever order they end.
func TestTwoRemovalsRefuseOneHash(t *testing.T) {
	malware := moderate.Takedown{Category: "malware", Reason: "steals keys", KeepOwners: true}
	rules := func(w *world) int {
		all, err := w.DB.GateRules(w.ctx)
		w.must(err)
		return len(all)
	}
	for name, ends := range map[string]func(w *world, first, second index.Act) (left int){
		"the first is undone": func(w *world, first, _ index.Act) int {
			w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), first.UID))
			return 3
		},
		"the second is undone": func(w *world, _, second index.Act) int {
			w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), second.UID))
			return 2
		},
		"the first is cleared": func(w *world, _, _ index.Act) int {
			_, err := w.Moderate.ClearTakedown(w.ctx, w.visitor("mod"), "demo", standing.Place{Version: "1"}, moderate.Takedown{})
			w.must(err)
			return 3
		},
		"clearing the first is undone": func(w *world, _, _ index.Act) int {
			act, err := w.Moderate.ClearTakedown(w.ctx, w.visitor("mod"), "demo", standing.Place{Version: "1"}, moderate.Takedown{})
			w.must(err)
			w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), act.UID))
			return 3
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				first, err := w.Moderate.Remove(w.ctx, w.visitor("mod"), "demo", standing.Place{Version: "1"}, malware)
				w.must(err)
				second := w.remove(malware)
				if n := rules(w); n != 3 {
					t.Fatalf("%d rules for 3 files", n)
				}
				if want := ends(w, first, second); rules(w) != want {
					t.Errorf("%d rules, want %d", rules(w), want)
				}
				for _, place := range []standing.Place{{}, {Version: "1"}} {
					_, err := w.Moderate.ClearTakedown(w.ctx, w.visitor("mod"), "demo", place, moderate.Takedown{})
					if err != nil && !index.HasCode(err, index.CodeActOvertaken) {
						t.Fatal(err)
					}
				}
				if rules(w) != 0 {
					t.Errorf("%d rules, though nothing is removed", rules(w))
				}
			})
		})
	}
	t.Run("removed twice", func(t *testing.T) {
		eachWorld(t, func(t *testing.T, w *world) {
			w.remove(malware)
			again := w.remove(moderate.Takedown{Category: "malware", Reason: "and more", KeepOwners: true})
			w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), again.UID))
			if rules(w) != 3 {
				t.Errorf("%d rules, though the first removal stands", rules(w))
			}
			w.remove(moderate.Takedown{Category: "malware", Reason: "and more", KeepOwners: true})
			_, err := w.Moderate.ClearTakedown(w.ctx, w.visitor("mod"), "demo", standing.Place{}, moderate.Takedown{})
			w.must(err)
			if rules(w) != 0 {
				t.Errorf("%d rules, though nothing is removed", rules(w))
			}
		})
	})
}

// TestUndoTwice: the second hears who was first, and nothing happens.
func TestUndoTwice(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		act := w.quarantine(standing.Place{}, moderate.Takedown{})
		w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), act.UID))
		serial, err := w.DB.LastSerial(w.ctx)
		w.must(err)
		err = w.Moderate.Undo(w.ctx, w.visitor("second"), act.UID)
		if !index.HasCode(err, index.CodeActOvertaken) || !strings.Contains(err.Error(), "mod undid this") {
			t.Errorf("the second undoing: %v", err)
		}
		if now, err := w.DB.LastSerial(w.ctx); err != nil || now != serial {
			t.Errorf("serial %d, was %d, %v", now, serial, err)
		}
		if err := w.Moderate.Undo(w.ctx, w.visitor("mod"), "no-such"); !index.HasCode(err, index.CodeNotFound) {
			t.Errorf("an unknown act: %v", err)
		}
	})
}

// TestUndoAtOnce: of many who undo the same act, one does.
func TestUndoAtOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		act := w.quarantine(standing.Place{}, moderate.Takedown{FreezeOwners: true})
		errs := make([]error, 8)
		var all sync.WaitGroup
		for i := range errs {
			v := w.visitor([]string{"mod", "second"}[i%2])
			all.Go(func() { errs[i] = w.Moderate.Undo(w.ctx, v, act.UID) })
		}
		all.Wait()
		good := 0
		for _, err := range errs {
			if err == nil {
				good++
			} else if !index.HasCode(err, index.CodeActOvertaken) {
				t.Error(err)
			}
		}
		if good != 1 {
			t.Errorf("%d succeeded", good)
		}
	})
}

// TestTwoModeratorsAtOnce: both act on one project; what stands fits what is kept, and can be taken back one by one.
func TestTwoModeratorsAtOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		before := w.picture()
		var quarantined, removed index.Act
		var all sync.WaitGroup
		var first, second error
		mod, other := w.visitor("mod"), w.visitor("second")
		all.Go(func() {
			quarantined, first = w.Moderate.Quarantine(w.ctx, mod, "demo", standing.Place{}, moderate.Takedown{Reason: "odd", FreezeOwners: true})
		})
		all.Go(func() {
			removed, second = w.Moderate.Remove(w.ctx, other, "demo", standing.Place{}, moderate.Takedown{Category: "malware", Reason: "bad"})
		})
		all.Wait()
		w.must(first)
		w.must(second)
		w.must(w.Moderate.Undo(w.ctx, mod, removed.UID))
		w.must(w.Moderate.Undo(w.ctx, mod, quarantined.UID))
		if after := w.picture(); !reflect.DeepEqual(before, after) {
			t.Errorf("before %+v\nafter  %+v", before, after)
		}
	})
}

// TestUndoOfWhatChangedSince is refused as a whole.
func TestUndoOfWhatChangedSince(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		act := w.quarantine(standing.Place{}, moderate.Takedown{FreezeOwners: true})
		w.quarantine(standing.Place{}, moderate.Takedown{Reason: "another reason"})
		before := w.picture()
		if err := w.Moderate.Undo(w.ctx, w.visitor("mod"), act.UID); !index.HasCode(err, index.CodeActOvertaken) {
			t.Errorf("undone though another stands: %v", err)
		}
		if after := w.picture(); !reflect.DeepEqual(before, after) {
			t.Errorf("a refused undoing changed something: %+v, %+v", before, after)
		}
	})
}

// TestUndoLeavesAsidesThatChanged: an account that somebody else froze meanwhile stays frozen.
func TestUndoLeavesAsidesThatChanged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		act := w.quarantine(standing.Place{}, moderate.Takedown{FreezeOwners: true})
		_, err := w.Moderate.Freeze(w.ctx, w.visitor("second"), "alice", "for another reason", time.Time{})
		w.must(err)
		w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), act.UID))
		if f, frozen := w.user("alice").Standing.Get(index.Frozen); !frozen || f.Reason != "for another reason" {
			t.Errorf("%+v, %v", f, frozen)
		}
		if len(w.project("demo").Standing) != 0 {
			t.Error("still quarantined")
		}
	})
}

// TestSN10ClearBringsBackTheOwnersStatus: archived before is archived again; only whom the act froze is unfrozen.
func TestSN10ClearBringsBackTheOwnersStatus(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.do(func(tx *change.Tx) error {
			s, err := standing.Find(w.ctx, tx, "demo", "", "")
			if err == nil {
				_, err = standing.Set(w.ctx, tx, s, index.Flag{Kind: index.Archived, Reason: "done"}, "")
			}
			if err == nil {
				err = tx.SetRole(w.ctx, s.ID, w.user("bob").ID, index.Maintainer)
			}
			if err == nil {
				err = tx.SetRole(w.ctx, s.ID, w.user("second").ID, index.Owner)
			}
			return err
		})
		_, err := w.Moderate.Freeze(w.ctx, w.visitor("mod"), "bob", "before", time.Time{})
		w.must(err)
		before := w.picture()
		w.quarantine(standing.Place{}, moderate.Takedown{FreezeOwners: true})
		if _, frozen := w.user("alice").Standing.Get(index.Frozen); !frozen {
			t.Error("the owner is not frozen")
		}
		if _, frozen := w.user("second").Standing.Get(index.Frozen); frozen {
			t.Error("a moderator was frozen")
		}
		w.remove(moderate.Takedown{Category: "malware", Reason: "bad"})
		if st := standing.Status(w.project("demo")); st.Marker != "quarantined" || st.Served.Kind != index.Removed {
			t.Errorf("%+v", st)
		}
		_, err = w.Moderate.ClearTakedown(w.ctx, w.visitor("mod"), "demo", standing.Place{}, moderate.Takedown{Reason: "a mistake"})
		w.must(err)
		if after := w.picture(); !reflect.DeepEqual(before, after) {
			t.Errorf("before %+v\nafter  %+v", before, after)
		}
		if st := standing.Status(w.project("demo")); st.Marker != "archived" {
			t.Errorf("%+v", st)
		}
		if f, frozen := w.user("bob").Standing.Get(index.Frozen); !frozen || f.Reason != "before" {
			t.Error("who was frozen before must stay so")
		}
	})
}

// TestSN1MalwareIsRefusedUnderEveryName, until the act is undone; rules that an administrator put stay.
func TestSN1MalwareIsRefusedUnderEveryName(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		own := index.GateRule{Kind: index.RuleHash, Pattern: strings.Repeat("a", 64), Action: index.ActionRefuse, Reason: "own", SetBy: "admin", SetAt: w.Clock().UTC().Truncate(time.Second)}
		w.do(func(tx *change.Tx) error { return tx.PutGateRule(w.ctx, own) })
		act := w.remove(moderate.Takedown{Category: "malware", Reason: "steals keys", KeepOwners: true})
		rules, err := w.DB.GateRules(w.ctx)
		w.must(err)
		hashes, err := w.DB.HashesOf(w.ctx, index.OnProject, w.project("demo").ID)
		w.must(err)
		if len(rules) != 4 || len(hashes) != 3 {
			t.Fatalf("%d rules for %d files and one of the administrator", len(rules), len(hashes))
		}
		for _, r := range rules {
			if r.Action != index.ActionRefuse || r.Pattern != own.Pattern && !slices.Contains(hashes, r.Pattern) {
				t.Errorf("%+v", r)
			}
		}
		w.must(w.Moderate.Undo(w.ctx, w.visitor("mod"), act.UID))
		if rules, err = w.DB.GateRules(w.ctx); err != nil || len(rules) != 1 || rules[0].Reason != "own" {
			t.Errorf("%+v, %v", rules, err)
		}
	})
}
