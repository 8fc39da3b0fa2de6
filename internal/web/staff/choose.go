package staff

import (
	"strings"

	"strongroom/internal/database"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/packaging/pep440"
)

// versionLess orders versions of the index, which all parse.
func versionLess(a, b string) bool {
	v, err := pep440.Parse(a)
	w, other := pep440.Parse(b)
	return err == nil && other == nil && v.Compare(w) < 0
}

// nearer reports whether a is a better choice than b to compare f with.
func nearer(a, b, f database.FileInPlace) bool {
	if a.Version != b.Version {
		return versionLess(b.Version, a.Version)
	}
	if x, y := tags(a) == tags(f), tags(b) == tags(f); x != y {
		return x
	}
	return a.Filename < b.Filename
}

// tags is the part of a wheel's filename behind the version.
func tags(f database.FileInPlace) string {
	parts := strings.Split(f.Filename, "-")
	return strings.Join(parts[max(0, len(parts)-3):], "-")
}

func addPath(paths []string, m *dist.Member) []string {
	if m == nil {
		return paths
	}
	return append(paths, m.Path)
}

// of is the text of a member; nothing for one that is not there.
func (v sight) of(m *dist.Member) shownText {
	if m == nil {
		return shownText{}
	}
	if v.Failed != "" {
		return shownText{Why: v.Failed}
	}
	return v.textOf(m.Path)
}
