package staff

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/moderate"
)

const flagsMost = 100 // of a page

func (s *Staff) flagRoutes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/admin/flags/{$}", Right: access.Moderate, Handler: get(s.flags), Doc: "Everything on which a flag or label stands."},
		{Methods: "POST", Path: "/admin/flags/{$}", Right: access.Moderate, Handler: post(s.clearFlags, s.flags), Doc: "Clears a flag of moderators, or a label, on all things that were chosen."},
		{Methods: "GET", Path: "/admin/labels/{$}", Right: access.Moderate, Handler: get(s.labels), Doc: "The labels (ST-12)."},
		{Methods: "POST", Path: "/admin/labels/{$}", Right: access.AdministerSite, Handler: post(s.defineLabel, s.labels), Doc: "Defines a label, or takes a definition away."},
		{Methods: "POST", Path: "/admin/labels/set/{$}", Right: access.Moderate, Handler: post(s.setLabel, s.labels), Doc: "Sets a label on projects and accounts by name."},
	}
}

// flagsPage is what flags.html shows.
type flagsPage struct {
	frame
	Kind      string
	Level     string
	Kinds     []string // flags, then labels
	Levels    []index.Level
	Flags     []database.PlacedFlag
	Older     int64
	Clearable bool // moderators may clear this kind
}

func (s *Staff) flags(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	ctx, query := r.Context(), r.URL.Query()
	data := flagsPage{Kind: f.Value("kind", query.Get("kind")), Level: query.Get("level"), Levels: []index.Level{index.OnProject, index.OnRelease, index.OnFile, index.OnUser, index.OnOrganization}}
	if data.Kind == "" {
		data.Kind = index.Quarantined
	}
	if data.frame, err = s.frame(w, r, "flags", f); err != nil {
		return err
	}
	for _, k := range index.FlagKinds() {
		data.Kinds = append(data.Kinds, k.Name)
	}
	labels, err := s.DB.Labels(ctx)
	if err != nil {
		return err
	}
	for _, l := range labels {
		data.Kinds = append(data.Kinds, l.Key)
	}
	data.Clearable = clearable(data.Kind)
	if data.Flags, err = s.DB.FlagsOfKind(ctx, data.Kind, index.Level(data.Level), number(r, "before"), flagsMost+1); err != nil {
		return err
	}
	if len(data.Flags) > flagsMost {
		data.Flags = data.Flags[:flagsMost]
		data.Older = data.Flags[flagsMost-1].ID
	}
	return s.write(w, r, "flags", f, data)
}

// clearable reports whether a kind is one that moderators clear; owners clear
// their own.
func clearable(kind string) bool {
	switch kind {
	case index.Quarantined, index.Removed, index.Frozen:
		return true
	}
	_, isFlag := index.KindOf(kind)
	return !isFlag
}

// things reads the boxes that were ticked: "project 12".
func things(form url.Values) (out []moderate.Thing, err error) {
	for _, text := range form["thing"] {
		level, key, _ := strings.Cut(text, " ")
		id, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return nil, index.Refuse(index.CodeInvalidForm, "%q names nothing.", text)
		}
		out = append(out, moderate.Thing{Level: index.Level(level), ID: id})
	}
	return out, nil
}

// clearFlags clears a flag or label on all things that were chosen. A label goes
// in one change; each flag of moderators is an act of its own, so that each can
// be undone.
func (s *Staff) clearFlags(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	kind := form.Get("kind")
	end := done{to: "/admin/flags/?kind=" + url.QueryEscape(kind)}
	chosen, err := things(form)
	if err != nil {
		return end, err
	}
	if len(chosen) == 0 {
		return end, index.Refuse(index.CodeInvalidForm, "Choose at least one.")
	}
	if !clearable(kind) {
		return end, index.Refuse(index.CodeInvalidForm, "The flag %q is for owners to clear.", kind)
	}
	n := 0
	if _, isFlag := index.KindOf(kind); !isFlag {
		n, end.act, err = s.Actions.ClearLabel(r.Context(), v, chosen, kind)
	} else {
		n, err = s.clearEach(r, v, chosen, kind)
	}
	end.sentence = fmt.Sprintf("Cleared on %d of %d.", n, len(chosen))
	return end, err
}

func (s *Staff) clearEach(r *http.Request, v *access.Visitor, chosen []moderate.Thing, kind string) (n int, err error) {
	ctx := r.Context()
	for _, thing := range chosen[:min(len(chosen), flagsMost)] {
		on, found, err := s.DB.SubjectByID(ctx, thing.Level, thing.ID)
		if err != nil {
			return n, err
		}
		if _, stands := on.Standing.Get(kind); !found || !stands {
			continue
		}
		if thing.Level == index.OnUser {
			_, err = s.Actions.Unfreeze(ctx, v, on.Name, "")
		} else {
			_, err = s.Actions.ClearOn(ctx, v, thing, moderate.Takedown{Kind: kind})
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
