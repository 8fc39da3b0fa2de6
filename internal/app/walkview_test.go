package app_test

import (
	"cmp"
	"net/http"
	"slices"

	"strongroom/internal/index"
)

// What the surfaces should show of the model.

// answer is what the address of a file gives: the gravest word counts.
func (m *model) answer(k key) int {
	switch line := m.line(k); {
	case some(line, index.Removed):
		return http.StatusGone
	case some(line, index.Quarantined):
		return http.StatusForbidden
	case m.offered(k):
		return http.StatusOK
	}
	return http.StatusGone
}

// yanked is PEP 592's word of a file: the narrower reason counts.
func (m *model) yanked(k key) (yanked bool, reason string) {
	for _, t := range m.line(k)[1:] {
		if t.has(index.Yanked) {
			yanked, reason = true, cmp.Or(t.flags[index.Yanked], reason)
		}
	}
	return yanked, reason
}

// listed are the files of a version that installers get, by name.
func (m *model) listed(p, v string) (out []key) {
	for _, k := range m.keys() {
		if k[0] == p && k[1] == v && k[2] != "" && m.offered(k) {
			out = append(out, k)
		}
	}
	return out
}

// versions are all of the model's, live those with a file for installers; the
// lowest first.
func (m *model) versions(p string) (out []string) {
	for _, k := range m.keys() {
		if k[0] == p && k[1] != "" && k[2] == "" {
			out = append(out, k[1])
		}
	}
	return out
}

func (m *model) live(p string) []string {
	return slices.DeleteFunc(m.versions(p), func(v string) bool { return len(m.listed(p, v)) == 0 })
}

// allYanked reports whether a version has no file that is not.
func (m *model) allYanked(p, v string) bool {
	return !slices.ContainsFunc(m.listed(p, v), func(k key) bool { yanked, _ := m.yanked(k); return !yanked })
}

// latest is the version that people are shown, "" for none.
func (m *model) latest(p string) (best string) {
	for _, v := range m.live(p) {
		if best == "" || !m.allYanked(p, v) || m.allYanked(p, best) {
			best = v
		}
	}
	return best
}

// marker is PEP 792's status of a project with its reason.
func (m *model) marker(p string) (status, reason string) {
	t := m.things[key{p}]
	for _, row := range [][2]string{{index.Removed, "quarantined"}, {index.Quarantined, "quarantined"}, {index.Archived, "archived"}, {index.Deprecated, "deprecated"}} {
		if t.has(row[0]) {
			return row[1], t.flags[row[0]]
		}
	}
	return "active", ""
}

// withheld are the versions that administrators withdrew.
func (m *model) withheld(p string) []string {
	return slices.DeleteFunc(m.versions(p), func(v string) bool {
		r := m.things[key{p, v}]
		return !r.has(index.Quarantined) && !r.has(index.Removed)
	})
}

// page is how the page of a project or release is answered.
func (m *model) page(p, v string) int {
	t, r := m.things[key{p}], m.things[key{p, v}]
	switch {
	case !t.there:
		return http.StatusNotFound
	case t.hidden():
		return tombstone(t)
	case v == "" || len(m.listed(p, v)) > 0:
		return http.StatusOK
	case r.there && r.hidden():
		return tombstone(r)
	}
	return http.StatusNotFound
}

// tombstone is 200 while something is only looked into (SN-7).
func tombstone(t *thing) int {
	if t.has(index.Quarantined) && !t.has(index.Removed) {
		return http.StatusOK
	}
	return http.StatusGone
}

// refusal is the code with which programs hear that a project or release is not
// there.
func (m *model) refusal(p, v string) string {
	for _, k := range []key{{p}, {p, v}} {
		t := m.things[k]
		switch {
		case t == nil || !t.there:
			return string(index.CodeNotFound)
		case t.has(index.Removed):
			return string(index.CodeProjectRemoved)
		case t.has(index.Quarantined):
			return string(index.CodeProjectQuarantined)
		case t.has(index.Deleted):
			return levelOf(k) + "-deleted"
		}
	}
	return string(index.CodeNotFound)
}

// news are the names in the order of a feed: the newest first.
func (m *model) news(shows func(key) bool) (out []key) {
	for _, k := range m.keys() {
		if shows(k) {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b key) int { return m.things[b].born - m.things[a].born })
	return out
}

func (m *model) newReleases() []key {
	return m.news(func(k key) bool { return k[1] != "" && k[2] == "" && len(m.listed(k[0], k[1])) > 0 })
}

func (m *model) newProjects() []key {
	return m.news(func(k key) bool { return k[1] == "" && m.things[k].there && !m.things[k].hidden() })
}
