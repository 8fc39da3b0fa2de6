package app_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/packaging/pep440"
	"strongroom/internal/standing"
)

// walk does things at random to an index and to the model.
type walk struct {
	*owned
	model   *model
	rng     *rand.Rand
	tokens  map[string]string
	serials map[string]int64 // of the projects
	heard   map[string]int64 // of each record: up to which serial
	seen    []string         // the last steps
	touched string           // the project that the last one was about
	passed  map[string]int   // by what they did: steps that succeeded
}

// walkSteps is 500, or 10,000 with STRONGROOM_LONG=1.
func walkSteps() int {
	if os.Getenv("STRONGROOM_LONG") == "1" {
		return 10_000
	}
	return 500
}

// TestSD27AndP5RandomWalk: whatever people do, every surface says what a plain model says, nothing that is withdrawn
// is named by any, what comes back is as it was (P7), a filename never has other bytes, and the columns agree with the
// flags.
func TestSD27AndP5RandomWalk(t *testing.T) {
	for name, where := range apptest.Databases(t) {
		t.Run(name, func(t *testing.T) {
			s := apptest.Start(t, useDatabase(where(t)), func(c *config.Config) { c.RateLimits = []string{"search=1000000/1s"} })
			w := &walk{
				owned: &owned{Server: s, t: t, ctx: t.Context()}, model: newModel(), rng: rand.New(rand.NewPCG(5, 27)),
				tokens: map[string]string{}, serials: map[string]int64{}, heard: map[string]int64{}, passed: map[string]int{},
			}
			for _, who := range []string{"alice", "carol"} {
				w.tokens[who] = s.NewToken(access.Grant{User: s.User(who)})
			}
			w.steps(walkSteps())
		})
	}
}

func (w *walk) steps(n int) {
	for i := range n {
		w.step()
		if w.agree(i%8 == 0); i%25 == 0 {
			w.sound()
		}
		if i%100 == 99 {
			w.settled()
		}
		if i%1000 == 999 {
			w.t.Logf("after %d steps: %v", i+1, w.passed)
		}
		if w.t.Failed() {
			w.t.Fatalf("step %d; the last were\n%s", i, strings.Join(w.seen[max(0, len(w.seen)-12):], "\n"))
		}
	}
	w.sound()
	for _, act := range []string{"upload", "delete", "restore", "owner's flag", "operator's flag", "purge", "give", "assign"} {
		if w.passed[act] == 0 {
			w.t.Errorf("%s never succeeded in %v", act, w.passed)
		}
	}
	w.t.Logf("what succeeded: %v", w.passed)
}

// turn is one step: what is done by whom to what.
type turn struct {
	k, file key
	who     string
	reason  string
	on      bool
	idle    bool // whatever succeeds, nothing changes
}

// step does one thing, and checks that the model foretold whether it succeeds.
func (w *walk) step() {
	w.t.Helper()
	keys := w.model.keys()
	t := turn{k: keys[w.rng.IntN(len(keys))], who: w.either("alice", "carol"), reason: fmt.Sprintf("reason %d", w.rng.IntN(1000))}
	for t.file = t.k; t.file[2] == ""; {
		t.file = keys[w.rng.IntN(len(keys))]
	}
	if owner := w.model.line(t.k)[0].owner; owner != "" && w.rng.IntN(4) > 0 {
		t.who = owner
	}
	switch n := w.rng.IntN(14); {
	case n < 4:
		w.uploads(t)
	case n < 6:
		want := w.model.delete(t.k, t.who, t.reason)
		w.did("delete", t, want, w.owns(t.k, func(p index.Project) error { return w.Maintain.Delete(w.ctx, w.as(t.who), p, placeOf(t.k), t.reason) }))
	case n < 8:
		w.restores(t)
	case n < 10:
		w.flagsByOwner(t)
	case n < 12:
		w.flagsByOperator(t)
	case n < 13:
		w.purges(t)
	default:
		w.gives(t)
	}
}

func (w *walk) either(a, b string) string { return []string{a, b}[w.rng.IntN(2)] }

// did notes a step. What was refused changes nothing that mirrors see, what was
// done to a project moves its serial.
func (w *walk) did(act string, t turn, want bool, err error) {
	w.t.Helper()
	w.touched = t.k[0]
	w.seen = append(w.seen, fmt.Sprintf("%v: %s by %s %t: %t, %v", t.k, act, t.who, t.on, want, err))
	if want != (err == nil) || err != nil && index.AsError(err).Code == index.CodeInternal && !errors.Is(err, errUpload) {
		w.t.Errorf("the model says %t", want)
	}
	if want {
		w.passed[act]++
	}
	for _, p := range []string{"left", "right"} {
		now, _, err := w.DB.Project(w.ctx, p)
		w.must(err)
		if moved := now.LastSerial > w.serials[p]; moved != (want && !t.idle && p == t.k[0]) {
			w.t.Errorf("the serial of %s: %d, then %d", p, w.serials[p], now.LastSerial)
		}
		w.serials[p] = now.LastSerial
	}
}

var errUpload = errors.New("the upload was refused")

// uploads brings a file with the bytes that it always has, or with others.
func (w *walk) uploads(t turn) {
	w.t.Helper()
	same := w.rng.IntN(4) > 0
	if t.k = t.file; !same && !w.model.things[t.k].there {
		return // nothing is there that it could differ from
	}
	t.idle = w.model.offered(t.k)
	want := w.model.upload(t.k, t.who, same)
	w.did("upload", t, want, w.bring(t.k, t.who, map[bool]string{true: "its own", false: "other"}[same]))
	if burned := slices.SortedFunc(maps.Keys(w.model.burned), compareKeys); len(burned) > 0 && w.rng.IntN(4) == 0 {
		k := burned[w.rng.IntN(len(burned))]
		w.did("upload what is burned", turn{k: k, who: t.who}, false, w.bring(k, t.who, w.either("its own", "other")))
	}
}

func (w *walk) bring(k key, who, payload string) error {
	if r := w.Upload(w.tokens[who], distOf(k, payload)); r.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s", errUpload, r.Status)
	}
	return nil
}

func (w *walk) restores(t turn) {
	w.t.Helper()
	if gone := w.model.deleted(); len(gone) > 0 {
		t.k = gone[w.rng.IntN(len(gone))]
	}
	if w.rng.IntN(4) > 0 {
		t.who = cmp.Or(w.model.things[t.k].undoes, t.who)
	}
	want := w.model.restore(t.k, t.who)
	w.did("restore", t, want, w.owns(t.k, func(p index.Project) error { return w.Maintain.Restore(w.ctx, w.as(t.who), p, placeOf(t.k)) }))
}

func (w *walk) flagsByOwner(t turn) {
	w.t.Helper()
	kinds := map[string][]string{"project": {index.Deprecated, index.Archived, index.Yanked}, "release": {index.Yanked, index.Deprecated}, "file": {index.Yanked}}[levelOf(t.k)]
	kind := kinds[w.rng.IntN(len(kinds))]
	if t.on = !w.model.things[t.k].has(kind); w.rng.IntN(4) == 0 {
		t.on = !t.on
	}
	want := w.model.owners(t.k, kind, t.who, t.reason, t.on)
	w.did("owner's flag", t, want, w.owns(t.k, func(p index.Project) error {
		if !t.on {
			return w.Maintain.ClearFlag(w.ctx, w.as(t.who), p, placeOf(t.k), kind)
		}
		_, err := w.Maintain.SetFlag(w.ctx, w.as(t.who), p, placeOf(t.k), index.Flag{Kind: kind, Reason: t.reason})
		return err
	}))
}

// flagsByOperator sets rarely what stops most other things.
func (w *walk) flagsByOperator(t turn) {
	w.t.Helper()
	kind := []string{index.Quarantined, index.Removed, index.Locked}[w.rng.IntN(3)]
	if t.on = w.rng.IntN(5) == 0; !t.on {
		for _, k := range w.model.keys() { // rather clear what stands
			for _, stands := range []string{index.Quarantined, index.Removed, index.Locked} {
				if w.model.things[k].has(stands) && w.rng.IntN(2) == 0 {
					t.k, kind = k, stands
				}
			}
		}
	}
	want := w.model.operators(t.k, kind, t.reason, t.on)
	w.did("operator's flag", t, want, w.operate(t.k, func(tx *change.Tx, s standing.Subject) error {
		if !t.on {
			return maintain.ClearFlag(w.ctx, tx, s, kind)
		}
		_, err := maintain.SetFlag(w.ctx, tx, s, index.Flag{Kind: kind, Reason: t.reason}, "")
		return err
	}))
}

// purges removes bytes. What is purged with what it is part of never comes back,
// and the walk would end there, so that is rare.
func (w *walk) purges(t turn) {
	w.t.Helper()
	if w.rng.IntN(40) > 0 {
		if t.k = t.file; !w.model.things[t.k].has(index.Deleted) || some(w.model.line(t.k)[:2], index.Deleted) {
			return
		}
	}
	want := w.model.purge(t.k)
	w.did("purge", t, want, w.operate(t.k, func(tx *change.Tx, s standing.Subject) error {
		_, err := maintain.Purge(w.ctx, tx, s, "retention", "")
		return err
	}))
}

// gives makes somebody else the owner of a project, or gives the name of a
// withdrawn one to another project.
func (w *walk) gives(t turn) {
	w.t.Helper()
	if p := w.model.things[key{t.k[0]}]; p.hidden() && w.rng.IntN(2) == 0 {
		t.k = key{t.k[0]}
		want := w.model.assign(t.k[0], t.who)
		w.did("assign", t, want, w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
			_, err := maintain.AssignName(w.ctx, tx, t.k[0], w.User(t.who), false)
			return err
		}))
		return
	}
	t.idle = w.model.things[key{t.k[0]}].owner == t.who
	w.did("give", t, w.model.give(t.k, t.who), w.owns(t.k, func(p index.Project) error { return w.give(p, t.who) }))
}

func (w *walk) give(p index.Project, who string) error {
	user, other := w.User(who), map[string]string{"alice": "carol", "carol": "alice"}[who]
	return w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
		p, err := maintain.HoldProject(w.ctx, tx, p)
		if err != nil {
			return err
		}
		if err := maintain.PutRole(w.ctx, tx, p, user, index.Owner); err != nil {
			return err
		}
		if role, err := tx.DirectRole(w.ctx, p.ID, w.User(other).ID); err != nil || role == "" {
			return err
		}
		return maintain.DropRole(w.ctx, tx, p, other)
	})
}

func placeOf(k key) standing.Place {
	if k[2] != "" {
		return standing.Place{File: k[2]}
	}
	if k[1] == "" {
		return standing.Place{}
	}
	v, _ := pep440.Parse(k[1])
	return standing.Place{Version: v.Canonical()}
}

// owns runs an act on a project that is there.
func (w *walk) owns(k key, act func(index.Project) error) error {
	p, found, err := w.DB.Project(w.ctx, k[0])
	if err == nil && !found {
		err = index.Refuse(index.CodeNotFound, "not there")
	}
	if err != nil {
		return err
	}
	return act(p)
}

func (w *walk) operate(k key, act func(*change.Tx, standing.Subject) error) error {
	on := placeOf(k)
	return w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
		s, err := standing.Find(w.ctx, tx, k[0], on.Version, on.File)
		if err != nil {
			return err
		}
		return act(tx, s)
	})
}

func useDatabase(url string) func(*config.Config) {
	return func(c *config.Config) { c.Database = url }
}
