package staff

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"strongroom/internal/packaging/dist"
	"strongroom/internal/packaging/inspect"
)

// memberChange is a member that is in one of two archives only, or differs in
// them. Key is its path without what changes with every version.
type memberChange struct {
	Key      string
	Old, New *dist.Member // nil where it is not
}

// Op says in a word what became of the member.
func (c memberChange) Op() string {
	switch {
	case c.Old == nil:
		return "added"
	case c.New == nil:
		return "removed"
	}
	return "changed"
}

// member is the one that there is; the new one of two.
func (c memberChange) member() dist.Member {
	if c.New != nil {
		return *c.New
	}
	return *c.Old
}

// text reports whether the member may be short text that is worth reading. The
// metadata are shown by themselves, and RECORD says nothing new.
func (c memberChange) text() bool {
	m := c.member()
	switch path.Base(c.Key) {
	case "METADATA", "PKG-INFO", "RECORD":
		return false
	}
	return !m.Dir && m.Link == "" && m.Size <= inspect.ShowMost && (c.Old == nil || c.Old.Size <= inspect.ShowMost)
}

// comparison is in which members two archives differ: what runs by itself comes
// first, then by path.
type comparison struct {
	Changes []memberChange
	Same    int // members that are equal
}

// compareMembers compares by path; folders do not count.
func compareMembers(before, after dist.Contents) (c comparison) {
	old := keyed(before)
	for key, m := range keyed(after) {
		was, both := old[key]
		delete(old, key)
		if both && was.SHA256 == m.SHA256 && was.Link == m.Link && was.Exec == m.Exec {
			c.Same++
			continue
		}
		c.Changes = append(c.Changes, memberChange{Key: key, Old: was, New: m})
	}
	for key, m := range old {
		c.Changes = append(c.Changes, memberChange{Key: key, Old: m})
	}
	slices.SortFunc(c.Changes, func(a, b memberChange) int {
		return cmp.Or(cmp.Compare(weight(b.Key), weight(a.Key)), cmp.Compare(a.Key, b.Key))
	})
	return c
}

// keyed maps what stays the same from version to version to members. Of members
// with one key, which only a damaged archive has, the last counts, as for those
// who unpack it.
func keyed(c dist.Contents) map[string]*dist.Member {
	out := map[string]*dist.Member{}
	for i, m := range c.Members {
		if !m.Dir {
			out[keyOf(m.Path, c.Top())] = &c.Members[i]
		}
	}
	return out
}

// keyOf takes the version out of a path: the top folder of an sdist goes, the
// folders .dist-info and .data of a wheel lose their names. top is the folder
// with the metadata.
func keyOf(name, top string) string {
	first, rest, deeper := strings.Cut(name, "/")
	switch {
	case !deeper || top == "":
		return name
	case strings.HasSuffix(top, ".dist-info") && first == top:
		return "*.dist-info/" + rest
	case strings.HasSuffix(top, ".dist-info") && first == strings.TrimSuffix(top, ".dist-info")+".data":
		return "*.data/" + rest
	case first == top:
		return rest
	}
	return name
}

// weight is how soon a moderator should look at a member: what runs at
// installation or whenever Python starts, then what runs at an import, then other
// code.
func weight(key string) int {
	base := path.Base(key)
	switch {
	case strings.HasSuffix(base, ".pth"), base == "sitecustomize.py", base == "usercustomize.py", base == "setup.py", base == "pyproject.toml", base == "setup.cfg":
		return 4
	case base == "__init__.py", base == "conftest.py", base == "entry_points.txt", base == "__main__.py":
		return 3
	case strings.HasSuffix(base, ".py"), strings.HasSuffix(base, ".sh"), strings.HasSuffix(base, ".ps1"), strings.HasSuffix(base, ".js"):
		return 2
	case base == "RECORD", base == "METADATA", base == "PKG-INFO", base == "WHEEL", base == "SOURCES.txt":
		return 0
	}
	return 1
}
