package v1

import (
	"cmp"
	"slices"
	"time"

	"strongroom/internal/index"
)

// flagJSON is a flag as programs see it.
type flagJSON struct {
	Kind       string     `json:"kind" doc:"Kind of the flag, such as yanked or quarantined."`
	Category   string     `json:"category,omitempty" doc:"What sort of it, for kinds that have some: a deprecation's eol, insecure, superseded or other; a removal's malware, spam and so on."`
	Reason     string     `json:"reason,omitempty" doc:"Why, in one line."`
	Details    string     `json:"details,omitempty" doc:"Why, at length."`
	URL        string     `json:"url,omitempty" doc:"Where to read more."`
	Successors []string   `json:"successors,omitempty" doc:"What to use instead: names of projects here, https addresses of others."`
	Side       index.Side `json:"set_by" enum:"owner,administrator" doc:"On whose behalf it was set."`
	Since      time.Time  `json:"since" doc:"When it was set."`
	From       time.Time  `json:"from,omitzero" doc:"When it begins, or began, to have its effect, where that was set."`
	Pending    bool       `json:"pending,omitempty" doc:"It is announced and has no effect yet."`
	Until      time.Time  `json:"until,omitzero" doc:"When it ends by itself."`
	Restorable time.Time  `json:"restorable_until,omitzero" doc:"Of a deletion: until then owners may undo it."`
	Rule       int64      `json:"deprecation,omitempty" doc:"The id of the deprecation by specifier that set it."`
}

func toFlag(f index.Flag) flagJSON {
	return flagJSON{
		Kind: f.Kind, Category: f.Category, Reason: f.Reason, Details: f.Details, URL: f.URL, Successors: f.Successors, Side: f.Side,
		Since: f.Since, From: f.From, Pending: f.Pending, Until: f.Until, Restorable: f.Restorable, Rule: f.Rule,
	}
}

// toFlags lists a level's flags by kind.
func toFlags(s index.Standing) []flagJSON {
	out := make([]flagJSON, 0, len(s))
	for _, f := range s {
		out = append(out, toFlag(f))
	}
	slices.SortFunc(out, func(a, b flagJSON) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}

// statusJSON is what all flags on a thing and its parents add up to.
type statusJSON struct {
	Status     string      `json:"status" doc:"active, or the kind of the flag that counts most."`
	Marker     string      `json:"marker" enum:"active,deprecated,archived,quarantined" doc:"What installers hear of the project (PEP 792)."`
	On         index.Level `json:"on,omitempty" enum:"project,release,file" doc:"Where that flag stands: on the thing itself or on what it is part of."`
	Category   string      `json:"category,omitempty" doc:"That flag's category."`
	Reason     string      `json:"reason,omitempty" doc:"That flag's reason."`
	URL        string      `json:"url,omitempty" doc:"That flag's address to read more."`
	Successors []string    `json:"successors,omitempty" doc:"What that flag says to use instead."`
	Side       index.Side  `json:"set_by,omitempty" enum:"owner,administrator" doc:"On whose behalf that flag was set."`
	Since      time.Time   `json:"since,omitzero" doc:"When that flag was set."`
	From       time.Time   `json:"from,omitzero" doc:"When that flag began to have its effect, where that was set."`
	Until      time.Time   `json:"until,omitzero" doc:"When that flag ends by itself."`
	Upcoming   *flagJSON   `json:"upcoming,omitempty" doc:"What is announced and has no effect yet."`
	Uploads    bool        `json:"uploads" doc:"Whether new files are taken."`
	Offered    bool        `json:"offered" doc:"Whether installers are offered its files."`
	Yanked     bool        `json:"yanked" doc:"Whether it is yanked (PEP 592)."`
	YankReason string      `json:"yanked_reason,omitempty" doc:"Why it is yanked."`
}

func toStatus(st index.Status) statusJSON {
	out := statusJSON{
		Status: "active", Marker: st.Marker, Uploads: st.Upload == "", Offered: st.Offered, Yanked: st.Yanked, YankReason: st.YankedReason,
	}
	if f := st.Served; f != nil {
		out.Status, out.On, out.Category, out.Reason, out.URL, out.Successors = f.Kind, st.ServedOn, f.Category, f.Reason, f.URL, f.Successors
		out.Side, out.Since, out.From, out.Until = f.Side, f.Since, f.From, f.Until
	}
	if st.Upcoming != nil {
		f := toFlag(*st.Upcoming)
		out.Upcoming = &f
	}
	return out
}
