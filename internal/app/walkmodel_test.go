package app_test

import (
	"slices"

	"strongroom/internal/index"
)

// The model of the walk: what an index should be, said as plainly as it goes.

// thing is a project, a release or a file of the model.
type thing struct {
	there  bool
	flags  map[string]bool
	owner  string // of the project now; of the other levels nobody's
	undoes string // who owned it when it was deleted
	purged bool   // of a file
}

// model is two projects of two releases of two files. A thing is named by its
// project, then its version, then its filename.
type model map[[3]string]*thing

func newModel() model {
	m := model{}
	for _, p := range []string{"left", "right"} {
		m[[3]string{p}] = &thing{flags: map[string]bool{}}
		for _, v := range []string{"1.0", "2.0"} {
			m[[3]string{p, v}] = &thing{flags: map[string]bool{}}
			for _, f := range []string{p + "-" + v + "-py3-none-any.whl", p + "-" + v + ".tar.gz"} {
				m[[3]string{p, v, f}] = &thing{flags: map[string]bool{}}
			}
		}
	}
	return m
}

// keys lists everything in a fixed order.
func (m model) keys() (out [][3]string) {
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
	return out
}

// line is the thing with what it is part of, the widest first.
func (m model) line(k [3]string) (out []*thing) {
	out = append(out, m[[3]string{k[0]}])
	if k[1] != "" {
		out = append(out, m[[3]string{k[0], k[1]}])
	}
	if k[2] != "" {
		out = append(out, m[k])
	}
	return out
}

// within lists the things in a thing, itself not.
func (m model) within(k [3]string) (out [][3]string) {
	for _, other := range m.keys() {
		if other != k && m[other].there && other[0] == k[0] && (k[1] == "" || other[1] == k[1]) && k[2] == "" {
			out = append(out, other)
		}
	}
	return out
}

func some(line []*thing, kind string) bool {
	return slices.ContainsFunc(line, func(t *thing) bool { return t.flags[kind] })
}

func (t *thing) hidden() bool { return t.flags[index.Deleted] || t.flags[index.Quarantined] }

// offered reports whether installers get a file.
func (m model) offered(k [3]string) bool {
	line := m.line(k)
	return m[k].there && !m[k].purged && !slices.ContainsFunc(line, (*thing).hidden)
}

// upload predicts whether an upload succeeds, and makes it so.
func (m model) upload(k [3]string, who string, same bool) bool {
	p, r, f := m.line(k)[0], m.line(k)[1], m[k]
	switch {
	case p.there && p.owner != who || p.hidden():
		return false
	case f.there && m.offered(k):
		return same
	case f.there:
		comes := same && f.flags[index.Deleted] && !f.flags[index.Quarantined] && !r.hidden()
		if comes {
			f.flags[index.Deleted], f.purged = false, false
		}
		return comes
	case r.hidden() || !same:
		return false
	}
	if !p.there {
		p.owner = who
	}
	p.there, r.there, f.there = true, true, true
	return true
}

func (m model) delete(k [3]string, who string) bool {
	line := m.line(k)
	held := some(line, index.Quarantined) || slices.ContainsFunc(m.within(k), func(o [3]string) bool { return m[o].flags[index.Quarantined] })
	if !m[k].there || line[0].owner != who || held || some(line, index.Deleted) {
		return false
	}
	m[k].flags[index.Deleted], m[k].undoes = true, who
	return true
}

func (m model) restore(k [3]string, who string) bool {
	line := m.line(k)
	if !m[k].there || !m[k].flags[index.Deleted] || m[k].undoes != who || some(line, index.Quarantined) || some(line[:len(line)-1], index.Deleted) || m.lacks(k) {
		return false
	}
	m[k].flags[index.Deleted] = false
	return true
}

// lacks reports whether bytes are gone that a restore would bring back.
func (m model) lacks(k [3]string) bool {
	for _, o := range append(m.within(k), k) {
		if !m[o].purged {
			continue
		}
		between := m.line(o)[len(m.line(k)):]
		if !slices.ContainsFunc(between, (*thing).hidden) {
			return true
		}
	}
	return false
}

func (m model) purge(k [3]string) bool {
	if !m[k].there || !some(m.line(k), index.Deleted) {
		return false
	}
	done := false
	for _, o := range append(m.within(k), k) {
		if o[2] != "" && m[o].there && !m[o].purged {
			m[o].purged, done = true, true
		}
	}
	return done
}

// turn sets or clears a flag for the operator.
func (m model) turn(k [3]string, kind string, on bool) bool {
	if !m[k].there || !on && !m[k].flags[kind] || kind == index.Yanked && k[1] == "" {
		return false
	}
	m[k].flags[kind] = on
	return true
}

// deleted lists what is deleted by itself.
func (m model) deleted() (out [][3]string) {
	for _, k := range m.keys() {
		if m[k].flags[index.Deleted] {
			out = append(out, k)
		}
	}
	return out
}
