package manage

import (
	"fmt"
	"net/http"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// projectFrame is what all pages of a project know.
type projectFrame struct {
	Project   index.Project
	Tab       string
	Owner     bool        // the visitor may change things
	Yanks     bool        // the visitor may yank
	Held      *index.Flag // with it administrators keep everybody from changing the project, nil for none (SN-2)
	Withdrawn *index.Flag // the project is deleted, nil for not
	Appeal    string      // where owners turn to about what administrators did
	Docs      bool        // it has the page about its old documentation (DR-1)
	At        time.Time
}

func (g *Groups) frame(w http.ResponseWriter, tab string) projectFrame {
	rec := middleware.Of(w)
	f := projectFrame{Project: rec.At.Project, Tab: tab, Appeal: g.Appeal, At: g.Clock()}
	f.Held, f.Withdrawn = held(f.Project.Standing), deleted(f.Project.Standing)
	f.Docs = g.Docs.Always || f.Project.DocsPrefix != ""
	if f.Held == nil && f.Withdrawn == nil {
		f.Owner = rec.At.Role == index.Owner || rec.Visitor.User.Superuser
		f.Yanks = f.Owner || rec.At.Role == index.Maintainer
	}
	return f
}

// Did is what administrators did, "" for nothing.
func (f projectFrame) Did() string {
	if f.Held == nil {
		return ""
	}
	k, _ := index.KindOf(f.Held.Kind)
	return k.PastTense
}

// held finds the flag with which administrators keep a thing as it is, the one
// of the highest rank.
func held(s index.Standing) *index.Flag {
	return highest(s, func(k index.FlagKind) bool { return k.Side == index.ByAdministrator && k.RefusesUpload != "" })
}

// deleted finds the deletion that stands on a level itself.
func deleted(s index.Standing) *index.Flag {
	return highest(s, func(k index.FlagKind) bool { return k.Name == index.Deleted })
}

func highest(s index.Standing, is func(index.FlagKind) bool) (found *index.Flag) {
	rank := 0
	for i, f := range s {
		if k, ok := index.KindOf(f.Kind); ok && !f.Pending && k.Rank > rank && is(k) {
			rank, found = k.Rank, &s[i]
		}
	}
	return found
}

// hears says what installers, mirrors and uploads get to hear of a status.
func hears(st index.Status) (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	switch {
	case !st.Offered:
		say("Installers are not offered it. Who asks for a file is answered %d: %s", middleware.Status(st.File.Info().Kind), st.Phrase())
	case st.Yanked && st.YankedReason != "":
		say("Installers choose it only when exactly this version is asked for, and warn: %s", st.YankedReason)
	case st.Yanked:
		say("Installers choose it only when exactly this version is asked for, and warn that it was yanked.")
	default:
		say("Installers choose it as usual.")
	}
	if st.Deprecated != nil && st.Offered {
		say("The JSON answers and the pages say that it is deprecated; nothing is installed differently.")
	}
	if st.Upcoming != nil {
		say("From %s on it is %s.", st.Upcoming.From.UTC().Format(time.DateOnly), st.Upcoming.Kind)
	}
	if st.Upload != "" && st.Offered {
		say("New files are refused.")
	}
	return out
}

// mark is a short label for a flag in lists.
type mark struct {
	Text string
	Stop bool // it is withdrawn or must not be used
}

// marks are the labels of what stands on one level itself.
func marks(s index.Standing) (out []mark) {
	for _, f := range s {
		k, _ := index.KindOf(f.Kind)
		text := f.Kind
		if f.Category != "" && k.Warns {
			text += ": " + f.Category
		}
		if f.Pending {
			text += " from " + f.From.UTC().Format(time.DateOnly)
		}
		out = append(out, mark{text, k.Hides || f.Category == "insecure"})
	}
	return out
}

// stood is a flag that stands on a level itself.
type stood struct {
	index.Flag
	Owned bool // owners may take it back: administrators did not set it
}

// stands finds a flag of a kind, nil for none.
func stands(s index.Standing, kind string) *stood {
	f, ok := s.Get(kind)
	if !ok {
		return nil
	}
	return &stood{f, f.Side != index.ByAdministrator}
}
