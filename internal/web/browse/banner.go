package browse

import (
	"cmp"
	"slices"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/pages"
)

// banner is the message above a project or release with a flag on it.
type banner struct {
	Stop       bool   // red: it is withdrawn or insecure; else it is only a warning
	Title      string // the phrase, with date and reason
	Details    string // the longer text, may have lines
	URL        string // where more is said, may be empty
	Successors []successor
}

// successor is what to use instead: a project here, or one that is elsewhere.
type successor struct {
	Name, URL string
	Here      bool
}

// bannersOf is a banner for each thing that is said of a project and of the
// release that is shown, the gravest first.
func bannersOf(v pages.View) []banner {
	out := append(bannersFor(index.OnProject, v.Project.Standing), bannersFor(index.OnRelease, v.ReleaseStanding)...)
	slices.SortStableFunc(out, func(a, b banner) int { return cmp.Compare(weight(b), weight(a)) })
	return out
}

func weight(b banner) int {
	if b.Stop {
		return 1
	}
	return 0
}

func bannersFor(level index.Level, s index.Standing) (out []banner) {
	flags := slices.Clone(s)
	slices.SortFunc(flags, func(a, b index.Flag) int { return cmp.Compare(rankOf(b), rankOf(a)) })
	for _, f := range flags {
		if k, ok := index.KindOf(f.Kind); ok && (k.Marker != "" || k.Hides || k.Yanks) {
			out = append(out, bannerFor(level, k, f))
		}
	}
	return out
}

func rankOf(f index.Flag) int {
	k, _ := index.KindOf(f.Kind)
	return k.Rank
}

func bannerFor(level index.Level, k index.FlagKind, f index.Flag) banner {
	b := banner{Stop: k.Hides || k.Warns && f.Category == "insecure", Details: f.Details, URL: f.URL, Successors: successorsOf(f.Successors)}
	if f.Pending {
		b.Title = upcoming(k, f)
		return b
	}
	b.Title = index.StatusOf(index.At{Level: level, Standing: index.Standing{f}}).Phrase()
	return b
}

// upcoming announces what a day to come brings (ST-11).
func upcoming(k index.FlagKind, f index.Flag) string {
	title := k.PastTense + " from "
	if f.Category == "eol" {
		title = "End of life on "
	}
	title += f.From.UTC().Format("2006-01-02")
	if f.Reason != "" {
		title += " - " + f.Reason
	}
	return title
}

func successorsOf(names []string) (out []successor) {
	for _, name := range names {
		if strings.Contains(name, "://") {
			out = append(out, successor{Name: name, URL: name})
		} else {
			out = append(out, successor{Name: name, URL: "/project/" + packaging.NormalizeName(name) + "/", Here: true})
		}
	}
	return out
}
