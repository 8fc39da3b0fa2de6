package v1

import (
	"strconv"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/packaging/pep440"
)

// deprecationBody deprecates the releases that a specifier set matches (ST-9).
type deprecationBody struct {
	Specifier  string    `json:"specifier" need:"yes" doc:"Which releases: a set of version specifiers such as <2.0 or ==1.4.*,!=1.4.7 (PEP 440)."`
	Category   string    `json:"category,omitempty" enum:"eol,insecure,superseded,other" doc:"What sort of deprecation."`
	Reason     string    `json:"reason,omitempty" doc:"Why, in one line of at most 500 characters."`
	URL        string    `json:"url,omitempty" doc:"An https address to read more at."`
	Successors []string  `json:"successors,omitempty" doc:"Up to five: names of projects here, https addresses of others."`
	From       time.Time `json:"from,omitzero" doc:"A date to come: until then it is announced only."`
	Later      bool      `json:"later,omitempty" doc:"Releases that match and are uploaded later are deprecated too."`
}

// deprecationJSON is a rule with the releases that it is on.
type deprecationJSON struct {
	ID         int64     `json:"id" doc:"Number of the deprecation: it is taken back with it."`
	Specifier  string    `json:"specifier" doc:"Which releases."`
	Category   string    `json:"category,omitempty" doc:"What sort of deprecation."`
	Reason     string    `json:"reason,omitempty" doc:"Why."`
	URL        string    `json:"url,omitempty" doc:"Where to read more."`
	Successors []string  `json:"successors,omitempty" doc:"What to use instead."`
	From       time.Time `json:"from,omitzero" doc:"When it begins, or began, to have its effect, where that was set."`
	Later      bool      `json:"later" doc:"Releases that match and are uploaded later are deprecated too."`
	Since      time.Time `json:"since" doc:"When it was made."`
	Versions   []string  `json:"versions" doc:"The releases that it is on, the newest version first."`
}

func toDeprecation(r index.ReleaseRule, versions []string) deprecationJSON {
	return deprecationJSON{r.ID, r.Specifier, r.Category, r.Reason, r.URL, r.Successors, r.From, r.Later, r.SetAt, append([]string{}, versions...)}
}

func (c *call) deprecate(in deprecationBody) (out deprecationJSON, err error) {
	if set, err := pep440.ParseSpecifierSet(in.Specifier); err != nil || set.IsEmpty() {
		return out, index.Refuse(index.CodeInvalidSpecifier, "%.200q names no versions. Write it like \"<2.0\" or \"==1.4.*,!=1.4.7\".", in.Specifier)
	}
	rule, _, err := c.maintain.AddRule(c.ctx, c.visitor, c.at.Project, index.ReleaseRule{
		Kind: index.Deprecated, Specifier: in.Specifier, Category: in.Category, Reason: in.Reason, URL: in.URL, Successors: in.Successors,
		From: in.From.UTC(), Later: in.Later,
	})
	if err != nil {
		return out, err
	}
	on, err := c.ruled(c.DB.Q, c.at.Project)
	return toDeprecation(rule, on[rule.ID]), err
}

// ruled lists the versions that each rule of a project is on.
func (c *call) ruled(q database.Q, p index.Project) (map[int64][]string, error) {
	releases, err := q.Releases(c.ctx, p.ID)
	if err != nil {
		return nil, err
	}
	if err := newestFirst(releases); err != nil {
		return nil, err
	}
	on := map[int64][]string{}
	for _, r := range releases {
		for _, f := range r.Standing {
			if f.Rule != 0 && !r.Standing.Withdrawn() {
				on[f.Rule] = append(on[f.Rule], r.Version)
			}
		}
	}
	return on, nil
}

func (c *call) readDeprecations(q database.Q) (out list[deprecationJSON], err error) {
	p, err := c.here(q)
	if err != nil {
		return out, err
	}
	rules, err := q.ReleaseRules(c.ctx, p.ID)
	if err != nil {
		return out, err
	}
	on, err := c.ruled(q, p)
	if err != nil {
		return out, err
	}
	rows := []deprecationJSON{}
	for _, r := range rules {
		if r.Kind == index.Deprecated {
			rows = append(rows, toDeprecation(r, on[r.ID]))
		}
	}
	return pageOf(c, rows, func(d deprecationJSON) string { return strconv.FormatInt(d.ID, 10) })
}

// endDeprecation answers with those that are left.
func (c *call) endDeprecation(none) (out list[deprecationJSON], err error) {
	id, err := strconv.ParseInt(c.path("id"), 10, 64)
	if err != nil {
		return out, index.Refuse(index.CodeNotFound, "There is no deprecation %.30q.", c.path("id"))
	}
	if err := c.maintain.EndRule(c.ctx, c.visitor, c.at.Project, id); err != nil {
		return out, err
	}
	return c.readDeprecations(c.DB.Q)
}

func deprecationOperations() []operation {
	const path = atProject + "/deprecations"
	release := reads((*call).readRelease)
	return []operation{
		{
			ID: "deprecateRelease", Tag: "status", Method: "PUT", Path: atRelease + "/deprecation", Right: access.SetFlags,
			Summary: "Deprecates a release", Reads: release, Does: does((*call).deprecateRelease), Errors: heldErrors(),
		},
		{
			ID: "undeprecateRelease", Tag: "status", Method: "DELETE", Path: atRelease + "/deprecation", Right: access.SetFlags,
			Summary: "Takes back that a release is deprecated", Reads: release, Does: does((*call).undeprecateRelease), Errors: heldErrors(),
		},
		{
			ID: "listDeprecations", Tag: "status", Method: "GET", Path: path, Right: access.ReadProject, Listed: true,
			Summary: "The deprecations of releases by specifier", Reads: reads((*call).readDeprecations),
		},
		{
			ID: "deprecateReleases", Tag: "status", Method: "POST", Path: path, Right: access.SetFlags, Status: 201,
			Summary: "Deprecates the releases that a specifier matches", Doc: "Installers still choose them; this is not a yank. A release that is deprecated already keeps that.",
			Reads: reads((*call).readDeprecations), Does: makes((*call).deprecate), Errors: heldErrors(index.CodeInvalidSpecifier),
		},
		{
			ID: "endDeprecation", Tag: "status", Method: "DELETE", Path: path + "/{id}", Right: access.SetFlags,
			Summary: "Takes a deprecation back, from all releases that it is on", Does: makes((*call).endDeprecation), Errors: heldErrors(),
		},
	}
}

// releaseDeprecationBody deprecates one release.
type releaseDeprecationBody struct {
	Category   string    `json:"category,omitempty" enum:"eol,insecure,superseded,other" doc:"What sort of deprecation."`
	Reason     string    `json:"reason,omitempty" doc:"Why, in one line of at most 500 characters."`
	Details    string    `json:"details,omitempty" doc:"Why, at length, at most 4000 characters."`
	URL        string    `json:"url,omitempty" doc:"An https address to read more at."`
	Successors []string  `json:"successors,omitempty" doc:"Up to five: names of projects here, https addresses of others."`
	From       time.Time `json:"from,omitzero" doc:"A date to come: until then it is announced only."`
	Until      time.Time `json:"until,omitzero" doc:"When it ends by itself."`
}

func (c *call) deprecateRelease(in releaseDeprecationBody) error {
	f := index.Flag{
		Kind: index.Deprecated, Category: in.Category, Reason: in.Reason, Details: in.Details, URL: in.URL, Successors: in.Successors,
		From: in.From.UTC(), Until: in.Until.UTC(), Side: index.ByOwner,
	}
	return c.onRelease(func(on maintain.Place, now index.Standing) error {
		if there, stands := now.Get(f.Kind); stands && maintain.SaysTheSame(there, f) {
			return nil
		}
		_, err := c.maintain.SetFlag(c.ctx, c.visitor, c.at.Project, on, f)
		return err
	})
}

func (c *call) undeprecateRelease(none) error {
	return c.onRelease(func(on maintain.Place, now index.Standing) error {
		if _, stands := now.Get(index.Deprecated); !stands {
			return nil
		}
		return c.maintain.ClearFlag(c.ctx, c.visitor, c.at.Project, on, index.Deprecated)
	})
}

// heldErrors are the refusals of changes to what administrators hold (SN-2), or
// what is deleted, and more.
func heldErrors(more ...index.Code) []index.Code {
	return append([]index.Code{index.CodeProjectQuarantined, index.CodeProjectRemoved, index.CodeProjectLocked, index.CodeDeleted}, more...)
}
