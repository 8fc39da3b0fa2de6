package app_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// The model of the walk: what an index should be, said as plainly as it goes.

// key names a thing of the model: its project, then its version, then its
// filename.
type key = [3]string

// thing is a project, a release or a file of the model.
type thing struct {
	there  bool
	flags  map[string]string // kinds that stand, with their reasons
	owner  string            // of the project now; of the other levels nobody's
	undoes string            // who owned it when it was deleted
	purged bool              // of a file
	born   int               // when it came, counted
}

func (t *thing) has(kind string) bool {
	_, stands := t.flags[kind]
	return stands
}

func (t *thing) hidden() bool {
	return t.has(index.Deleted) || t.has(index.Quarantined) || t.has(index.Removed)
}

func (t *thing) held() bool {
	return t.has(index.Quarantined) || t.has(index.Removed) || t.has(index.Locked)
}

// said is what a public record should tell of one step.
type said struct {
	action, kind, on, name, version, filename, reason string
	files                                             []string // of a project or release
}

// model is two projects of two releases of two files each. When a name goes to
// somebody else, what was is burned and two other versions come.
type model struct {
	things map[key]*thing
	burned map[key]int    // files of before, with the answer of their addresses
	turns  map[string]int // how often a name went to somebody else
	tells  []said         // of the last step
	count  int
}

func newModel() *model {
	m := &model{things: map[key]*thing{}, burned: map[key]int{}, turns: map[string]int{}}
	for _, p := range []string{"left", "right"} {
		m.plan(p)
	}
	return m
}

// plan makes what may be uploaded to a project.
func (m *model) plan(p string) {
	m.things[key{p}] = &thing{flags: map[string]string{}}
	for i := range 2 {
		v := fmt.Sprintf("%d.0", 2*m.turns[p]+i+1)
		m.things[key{p, v}] = &thing{flags: map[string]string{}}
		for _, f := range []string{p + "-" + v + "-py3-none-any.whl", p + "-" + v + ".tar.gz"} {
			m.things[key{p, v, f}] = &thing{flags: map[string]string{}}
		}
	}
}

// distOf makes a file of the model, or one of that name with other bytes.
func distOf(k key, payload string) apptest.Dist {
	if strings.HasSuffix(k[2], ".whl") {
		return apptest.Wheel(k[0], k[1], payload)
	}
	return apptest.Sdist(k[0], k[1], payload)
}

// keys lists everything in a fixed order.
func (m *model) keys() (out []key) {
	for k := range m.things {
		out = append(out, k)
	}
	slices.SortFunc(out, compareKeys)
	return out
}

// compareKeys sorts 10.0 behind 9.0.
func compareKeys(a, b key) int {
	return cmp.Or(strings.Compare(a[0], b[0]), cmp.Compare(len(a[1]), len(b[1])), strings.Compare(a[1], b[1]), strings.Compare(a[2], b[2]))
}

// line is the thing with what it is part of, the widest first.
func (m *model) line(k key) (out []*thing) {
	out = append(out, m.things[key{k[0]}])
	if k[1] != "" {
		out = append(out, m.things[key{k[0], k[1]}])
	}
	if k[2] != "" {
		out = append(out, m.things[k])
	}
	return out
}

// within lists the things in a thing that are there, itself not.
func (m *model) within(k key) (out []key) {
	for _, o := range m.keys() {
		if o != k && m.things[o].there && o[0] == k[0] && (k[1] == "" || o[1] == k[1]) && k[2] == "" {
			out = append(out, o)
		}
	}
	return out
}

// files lists the files of a thing that were ever uploaded, by name.
func (m *model) files(k key) (out []string) {
	for _, o := range append(m.within(k), k) {
		if o[2] != "" && m.things[o].there {
			out = append(out, o[2])
		}
	}
	slices.Sort(out)
	return out
}

func some(line []*thing, kind string) bool {
	return slices.ContainsFunc(line, func(t *thing) bool { return t.has(kind) })
}

func held(line []*thing) bool   { return slices.ContainsFunc(line, (*thing).held) }
func hidden(line []*thing) bool { return slices.ContainsFunc(line, (*thing).hidden) }

// offered reports whether installers get a file.
func (m *model) offered(k key) bool {
	return m.things[k].there && !m.things[k].purged && !hidden(m.line(k))
}

// put sets or clears a flag that is allowed, and notes what the records tell.
func (m *model) put(k key, kind, reason string, on bool) {
	t, action := m.things[k], "set"
	if was := t.flags[kind]; !on {
		action, reason = "clear", was
	}
	if delete(t.flags, kind); on {
		t.flags[kind] = reason
	}
	s := said{action: action, kind: kind, on: levelOf(k), name: k[0], version: k[1], reason: reason}
	if s.files = m.files(k); k[2] != "" {
		s.files, s.filename = nil, k[2]
	}
	m.tells = append(m.tells, s)
}

func levelOf(k key) string {
	switch {
	case k[2] != "":
		return "file"
	case k[1] != "":
		return "release"
	}
	return "project"
}

// upload predicts whether an upload succeeds, and makes it so.
func (m *model) upload(k key, who string, same bool) bool {
	p, r, f := m.line(k)[0], m.line(k)[1], m.things[k]
	switch {
	case p.there && p.owner != who || p.hidden() || p.held() || p.has(index.Archived):
		return false
	case f.there && m.offered(k):
		return same
	case f.there:
		comes := same && f.has(index.Deleted) && !f.has(index.Quarantined) && !f.has(index.Removed) && !r.hidden()
		if comes {
			f.purged = false
			m.put(k, index.Deleted, "", false)
		}
		return comes
	case r.hidden() || !same:
		return false
	}
	if !p.there {
		p.owner = who
	}
	for _, t := range []*thing{p, r, f} {
		if !t.there {
			m.count++
			t.there, t.born = true, m.count
		}
	}
	return true
}

func (m *model) delete(k key, who, reason string) bool {
	line := m.line(k)
	inside := slices.ContainsFunc(m.within(k), func(o key) bool { return m.things[o].held() })
	if !m.things[k].there || line[0].owner != who || held(line) || inside || some(line, index.Deleted) {
		return false
	}
	m.things[k].undoes = who
	m.put(k, index.Deleted, reason, true)
	return true
}

func (m *model) restore(k key, who string) bool {
	t, line := m.things[k], m.line(k)
	if !t.there || !t.has(index.Deleted) || t.undoes != who || held(line) || some(line[:len(line)-1], index.Deleted) || m.lacks(k) {
		return false
	}
	m.put(k, index.Deleted, "", false)
	return true
}

// lacks reports whether bytes are gone that would be offered again without the
// flags on the thing.
func (m *model) lacks(k key) bool {
	return slices.ContainsFunc(append(m.within(k), k), func(o key) bool {
		return m.things[o].purged && !hidden(m.line(o)[len(m.line(k)):])
	})
}

func (m *model) purge(k key) bool {
	if line := m.line(k); !m.things[k].there || !some(line, index.Deleted) && !some(line, index.Removed) {
		return false
	}
	done := false
	for _, o := range append(m.within(k), k) {
		if t := m.things[o]; o[2] != "" && t.there && !t.purged {
			t.purged, done = true, true
		}
	}
	return done
}

// owners predicts whether an owner's flag is set or cleared, and makes it so.
func (m *model) owners(k key, kind, who, reason string, on bool) bool {
	line, t := m.line(k), m.things[k]
	fits := map[string]bool{"project archived": true, "project deprecated": true, "release deprecated": true, "release yanked": true, "file yanked": true}
	if !t.there || line[0].owner != who || held(line) || some(line, index.Deleted) || !on && !t.has(kind) || !fits[levelOf(k)+" "+kind] {
		return false
	}
	m.put(k, kind, reason, on)
	return true
}

// operators is the same for a flag of the administrators. What hides a thing
// whose bytes are gone stays.
func (m *model) operators(k key, kind, reason string, on bool) bool {
	t := m.things[k]
	if !t.there || !on && !t.has(kind) || kind == index.Locked && k[1] != "" {
		return false
	}
	if was := t.flags[kind]; !on && t.hidden() && m.lacks(k) {
		delete(t.flags, kind)
		shows := !t.hidden()
		if t.flags[kind] = was; shows {
			return false
		}
	}
	m.put(k, kind, reason, on)
	return true
}

func (m *model) give(k key, who string) bool {
	p := m.things[key{k[0]}]
	if p.there {
		p.owner = who
	}
	return p.there
}

// assign gives the name of a withdrawn project to somebody: what it had is
// burned.
func (m *model) assign(name, who string) bool {
	p := m.things[key{name}]
	if !p.there || !p.has(index.Deleted) && !p.has(index.Removed) {
		return false
	}
	for _, f := range m.within(key{name}) {
		if f[2] != "" {
			m.burned[f] = m.answer(f)
		}
	}
	maps.DeleteFunc(m.things, func(k key, _ *thing) bool { return k[0] == name })
	m.turns[name]++
	m.count++
	m.plan(name)
	next := m.things[key{name}]
	next.there, next.owner, next.born = true, who, m.count
	return true
}

// deleted lists what is deleted by itself.
func (m *model) deleted() (out []key) {
	for _, k := range m.keys() {
		if m.things[k].has(index.Deleted) {
			out = append(out, k)
		}
	}
	return out
}
