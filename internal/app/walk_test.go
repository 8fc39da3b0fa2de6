package app_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
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
	model  model
	rng    *rand.Rand
	tokens map[string]string
	seen   []string // the last steps
	passed int      // steps that changed something
}

// walkSteps is 500, or 10,000 with STRONGROOM_LONG=1.
func walkSteps() int {
	if os.Getenv("STRONGROOM_LONG") == "1" {
		return 10_000
	}
	return 500
}

// TestSD27AndP5RandomWalk: whatever people do, every surface says what a plain model says, nothing that is withdrawn
// is named by any, a filename never has other bytes, and the columns agree with the flags.
func TestSD27AndP5RandomWalk(t *testing.T) {
	for name, where := range apptest.Databases(t) {
		t.Run(name, func(t *testing.T) {
			s := apptest.Start(t, useDatabase(where(t)))
			w := &walk{owned: &owned{Server: s, t: t, ctx: t.Context()}, model: newModel(), rng: rand.New(rand.NewPCG(5, 27)), tokens: map[string]string{}}
			for _, who := range []string{"alice", "carol"} {
				w.tokens[who] = s.NewToken(access.Grant{User: s.User(who)})
			}
			for i := range walkSteps() {
				w.step()
				if w.agree(); i%25 == 0 {
					w.sound()
				}
				if t.Failed() {
					t.Fatalf("step %d; the last were\n%s", i, strings.Join(w.seen[max(0, len(w.seen)-12):], "\n"))
				}
			}
			if w.sound(); w.passed < walkSteps()/5 {
				t.Errorf("only %d steps changed something", w.passed)
			}
		})
	}
}

// step does one thing, and checks that the model foretold whether it succeeds.
func (w *walk) step() {
	w.t.Helper()
	keys := w.model.keys()
	k, who := keys[w.rng.IntN(len(keys))], []string{"alice", "carol"}[w.rng.IntN(2)]
	file := k
	for file[2] == "" {
		file = keys[w.rng.IntN(len(keys))]
	}
	if owner := w.model.line(k)[0].owner; owner != "" && w.rng.IntN(4) > 0 {
		who = owner
	}
	var what string
	var want bool
	var err error
	switch n := w.rng.IntN(12); {
	case n < 4:
		k = file
		same := w.rng.IntN(4) > 0
		what, want = fmt.Sprint("upload by ", who, " same ", same), w.model.upload(k, who, same)
		if !same && !w.model[k].there {
			return // nothing is there that it could differ from
		}
		err = w.bring(k, who, same)
	case n < 6:
		what, want, err = "delete by "+who, w.model.delete(k, who), w.owns(k, func(p index.Project) error { return w.Maintain.Delete(w.ctx, w.as(who), p, placeOf(k), "") })
	case n < 8:
		if gone := w.model.deleted(); len(gone) > 0 {
			k = gone[w.rng.IntN(len(gone))]
		}
		if w.rng.IntN(4) > 0 {
			who = cmp.Or(w.model[k].undoes, who)
		}
		what, want, err = "restore by "+who, w.model.restore(k, who), w.owns(k, func(p index.Project) error { return w.Maintain.Restore(w.ctx, w.as(who), p, placeOf(k)) })
	case n < 10:
		kind, on := index.Yanked, w.rng.IntN(2) == 0
		if w.rng.IntN(2) == 0 { // which stops most other things, and so is rarely set
			kind, on = index.Quarantined, w.rng.IntN(10) == 0
		}
		what, want, err = fmt.Sprint(kind, " ", on), w.model.turn(k, kind, on), w.operate(k, func(tx *change.Tx, s standing.Subject) error {
			if !on {
				return maintain.ClearFlag(w.ctx, tx, s, kind)
			}
			_, err := maintain.SetFlag(w.ctx, tx, s, index.Flag{Kind: kind}, "")
			return err
		})
	case n < 11:
		if w.rng.IntN(40) > 0 { // what is purged with what it is part of never comes back, and the walk would end there
			if k = file; !w.model[k].flags[index.Deleted] || some(w.model.line(k)[:2], index.Deleted) {
				return
			}
		}
		what, want, err = "purge", w.model.purge(k), w.operate(k, func(tx *change.Tx, s standing.Subject) error {
			_, err := maintain.Purge(w.ctx, tx, s, "retention", "")
			return err
		})
	default:
		what, want, err = "give to "+who, w.model.give(k, who), w.give(k, who)
	}
	w.seen = append(w.seen, fmt.Sprintf("%v: %s: %t, %v", k, what, want, err))
	if want != (err == nil) || err != nil && index.AsError(err).Code == index.CodeInternal && !errors.Is(err, errUpload) {
		w.t.Errorf("the model says %t", want)
	}
	if want {
		w.passed++
	}
}

var errUpload = errors.New("the upload was refused")

func placeOf(k [3]string) standing.Place {
	if k[2] != "" {
		return standing.Place{File: k[2]}
	}
	if k[1] == "" {
		return standing.Place{}
	}
	v, _ := pep440.Parse(k[1])
	return standing.Place{Version: v.Canonical()}
}

func (w *walk) bring(k [3]string, who string, same bool) error {
	payload := map[bool]string{true: "its own", false: "other"}[same]
	d := apptest.Sdist(k[0], k[1], payload)
	if strings.HasSuffix(k[2], ".whl") {
		d = apptest.Wheel(k[0], k[1], payload)
	}
	if r := w.Upload(w.tokens[who], d); r.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s %s", errUpload, r.Status, r.Text)
	}
	return nil
}

// owns runs an act on a project that is there.
func (w *walk) owns(k [3]string, act func(index.Project) error) error {
	p, found, err := w.DB.Project(w.ctx, k[0])
	if err == nil && !found {
		err = index.Refuse(index.CodeNotFound, "not there")
	}
	if err != nil {
		return err
	}
	return act(p)
}

func (w *walk) operate(k [3]string, act func(*change.Tx, standing.Subject) error) error {
	on := placeOf(k)
	return w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
		s, err := standing.Find(w.ctx, tx, k[0], on.Version, on.File)
		if err != nil {
			return err
		}
		return act(tx, s)
	})
}

// give makes somebody else the owner of a project.
func (w *walk) give(k [3]string, who string) error {
	user, other := w.User(who), w.User(map[string]string{"alice": "carol", "carol": "alice"}[who])
	return w.owns(k, func(p index.Project) error {
		return w.Recorder.Do(w.ctx, index.Operator(), func(tx *change.Tx) error {
			tx.Event(index.Event{Action: index.EventRoleChange, Object: "project:" + p.Name})
			if _, err := tx.RemoveRole(w.ctx, p.ID, other.ID); err != nil {
				return err
			}
			return tx.SetRole(w.ctx, p.ID, user.ID, index.Owner)
		})
	})
}

func (m model) give(k [3]string, who string) bool {
	p := m[[3]string{k[0]}]
	if p.there {
		p.owner = who
	}
	return p.there
}

// agree holds every surface against the model.
func (w *walk) agree() {
	w.t.Helper()
	for _, p := range []string{"left", "right"} {
		var offered, hidden []string
		for _, k := range w.model.keys() {
			if k[0] != p || k[2] == "" || !w.model[k].there {
				continue
			}
			list := &hidden
			if w.model.offered(k) {
				list = &offered
			}
			*list = append(*list, k[2])
			w.serves(k[2], w.answer(k))
			w.yanked(k)
		}
		w.simple(p, offered)
		for _, path := range []string{"/simple/" + p + "/", "/pypi/" + p + "/json", "/pypi/" + p + "/1.0/json", "/rss/updates.xml", "/rss/project/" + p + "/releases.xml"} {
			text := w.Get(path).Text
			for _, name := range hidden {
				if strings.Contains(text, name) {
					w.t.Errorf("%s names %s", path, name)
				}
			}
		}
	}
}

// answer is what the URL of a file gives.
func (w *walk) answer(k [3]string) int {
	switch line := w.model.line(k); {
	case some(line, index.Quarantined):
		return http.StatusForbidden
	case w.model.offered(k):
		return http.StatusOK
	}
	return http.StatusGone
}

func (w *walk) yanked(k [3]string) {
	w.t.Helper()
	line := w.model.line(k)
	if st := w.file(k[2]).Status(); st.Yanked != some(line[1:], index.Yanked) {
		w.t.Errorf("%s: yanked %t", k[2], st.Yanked)
	}
}

// simple reads the page of a project in both forms.
func (w *walk) simple(project string, want []string) {
	w.t.Helper()
	var page struct {
		Files []struct {
			Filename string            `json:"filename"`
			Hashes   map[string]string `json:"hashes"`
		} `json:"files"`
	}
	r := w.Get("/simple/"+project+"/", "Accept", "application/vnd.pypi.simple.v1+json")
	if r.StatusCode == http.StatusOK {
		if err := json.Unmarshal([]byte(r.Text), &page); err != nil {
			w.t.Fatal(err, r.Text)
		}
	}
	html := w.Get("/simple/" + project + "/").Text
	var got []string
	for _, f := range page.Files {
		got = append(got, f.Filename)
		if f.Hashes["sha256"] != w.file(f.Filename).SHA256 {
			w.t.Errorf("%s has other bytes", f.Filename)
		}
		if !strings.Contains(html, f.Filename) {
			w.t.Errorf("the HTML page lacks %s", f.Filename)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		w.t.Errorf("the page of %s lists %q, want %q", project, got, want)
	}
}

func useDatabase(url string) func(*config.Config) {
	return func(c *config.Config) { c.Database = url }
}
