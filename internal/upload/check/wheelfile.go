package check

import (
	"slices"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/dist"
)

// wheelFile holds the WHEEL file against the filename (AV-14): a tag that only
// one of them has would let installers disagree about the wheel.
var wheelFile = Check{
	Name: "wheel-file", Row: 30, Stage: Contents, Ref: "AV-14, PEP 427", Lenient: true,
	Run: func(u *Upload) []index.Problem {
		if !u.Archive.HasWheelFile {
			return nil
		}
		w, err := dist.ParseWheelFile(u.Archive.Wheel)
		if err != nil {
			return refuse(index.CodeInvalidArchive, "Invalid distribution file. %s", sentence(err.Error()))
		}
		only, missing := difference(w.Tags, tagTexts(u.Dist))
		if len(only)+len(missing) > 0 {
			return refuse(index.CodeInvalidArchive, "Invalid distribution file. The tags in WHEEL are not those of the filename: %s.", tagsText(only, missing))
		}
		if w.Build != "" && w.Build != u.Dist.Build {
			return refuse(index.CodeInvalidArchive, "Invalid distribution file. WHEEL has the build tag %s, the filename %s.", packaging.Quote(w.Build), packaging.Quote(u.Dist.Build))
		}
		return nil
	},
}

func tagTexts(f dist.Filename) (out []string) {
	for _, tag := range f.Tags() {
		out = append(out, tag.String())
	}
	return out
}

// difference returns what only a and what only b has, sorted.
func difference(a, b []string) (onlyA, onlyB []string) {
	a, b = slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b)))
	without := func(x, y []string) []string {
		return slices.DeleteFunc(slices.Clone(x), func(s string) bool { return slices.Contains(y, s) })
	}
	return without(a, b), without(b, a)
}

func tagsText(only, missing []string) string {
	var parts []string
	if len(only) > 0 {
		parts = append(parts, "only WHEEL has "+shorten(strings.Join(only, ", ")))
	}
	if len(missing) > 0 {
		parts = append(parts, "only the filename has "+shorten(strings.Join(missing, ", ")))
	}
	return strings.Join(parts, "; ")
}

// shorten cuts a list of tags, which are ASCII.
func shorten(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
