package pages

import (
	"context"
	"slices"
	"strings"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
)

// deprecation is what both JSON APIs say of a deprecated release (ST-10), its
// fields in the order of their keys.
type deprecation struct {
	Kind        string `json:"kind"`
	Message     string `json:"message,omitempty"`
	Replacement string `json:"replacement,omitempty"` // a project's name or an https address
	Since       string `json:"since"`
	URL         string `json:"url,omitempty"`
}

// deprecationOf is nil for a standing without deprecation, or with one that is
// only announced (ST-11).
func deprecationOf(s index.Standing) *deprecation {
	for _, f := range s {
		k, _ := index.KindOf(f.Kind)
		if !k.Warns || f.Pending {
			continue
		}
		d := &deprecation{Kind: f.Category, Message: f.Reason, Since: isoTime(f.InEffectSince()), URL: f.URL}
		if d.Kind == "" {
			d.Kind = "other"
		}
		if len(f.Successors) > 0 {
			d.Replacement = f.Successors[0]
		}
		return d
	}
	return nil
}

// jsonStatus is the status of a project in the legacy JSON API (ST-2).
type jsonStatus struct {
	Reason     string   `json:"reason,omitempty"`
	SetByRole  string   `json:"set_by_role"` // owner or admin
	Since      string   `json:"since"`
	Status     string   `json:"status"`
	Successors []string `json:"successors,omitempty"`
}

// statusOf is nil for a project of which nothing is said.
func statusOf(st index.Status) *jsonStatus {
	if st.Marked == nil {
		return nil
	}
	role := "owner"
	if st.Marked.Side == index.ByAdministrator {
		role = "admin"
	}
	return &jsonStatus{Reason: st.Reason, SetByRole: role, Since: isoTime(st.Marked.InEffectSince()), Status: st.Marker, Successors: st.Successors()}
}

// successorNames are those successors that are projects here.
func successorNames(st index.Status) (names []string) {
	for _, s := range st.Successors() {
		if !strings.Contains(s, "://") {
			names = append(names, packaging.NormalizeName(s))
		}
	}
	return names
}

// quarantinedVersions lists the releases of a project that administrators
// withdrew, by version; the project itself stays as it was (SN-3).
func quarantinedVersions(ctx context.Context, q database.Q, p index.Project) ([]string, error) {
	releases, err := q.WithdrawnReleases(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	var found []pep440.Version
	spelled := map[string]string{}
	for _, r := range releases {
		v, err := pep440.Parse(r.Version)
		if err == nil && heldByAdministrators(r.Standing) {
			found = append(found, v)
			spelled[v.Canonical()] = r.Version
		}
	}
	slices.SortFunc(found, pep440.Version.Compare)
	var out []string
	for _, v := range found {
		out = append(out, spelled[v.Canonical()])
	}
	return out, nil
}

// heldByAdministrators reports whether clients hear of these flags that the
// thing is quarantined, as they do of what was removed.
func heldByAdministrators(s index.Standing) bool {
	for _, f := range s {
		if k, ok := index.KindOf(f.Kind); ok && k.Hides && k.Marker != "" && !f.Pending {
			return true
		}
	}
	return false
}

// identitySince is when the project took over a name that another had before it,
// "" for the first project of a name (SD-17).
func identitySince(ctx context.Context, q database.Q, p index.Project) (string, error) {
	n, found, err := q.Name(ctx, p.Name)
	if err != nil || !found || n.Identity < 2 {
		return "", err
	}
	return isoTime(p.CreatedAt), nil
}

// missing is the refusal to show a project that is not there. Administrators may
// have said what somebody who asks for the name probably means (ST-6).
func missing(ctx context.Context, q database.Q, name string) error {
	n, found, err := q.Name(ctx, name)
	if err != nil {
		return err
	}
	if !found || n.Message == "" && len(n.Successors) == 0 {
		return index.Refuse(index.CodeNotFound, "There is no project %q here.", name)
	}
	detail := name + " is not available"
	if len(n.Successors) > 0 {
		detail += "; did you mean " + strings.Join(n.Successors, " or ") + "?"
	} else {
		detail += "."
	}
	e := index.Refuse(index.CodeNotFound, "%s", strings.TrimSpace(detail+" "+n.Message))
	e.Said = &index.Said{Successors: n.Successors}
	return e
}

// gone is the refusal to show what was withdrawn; what names it (SN-6, SD-6,
// SD-7).
func (s *Store) gone(st index.Status, p index.Project, what string) error {
	e := index.Refuse(index.CodeNotFound, "%s is not here any more: %s.", what, st.Phrase())
	if st.Upload != "" {
		e.Code, e.As = st.Upload, index.NotFound
	}
	e.Said, e.URL = index.SaidOf(st), s.opt.URL+"/project/"+p.Name+"/"
	return e
}

// goneRelease is gone for a release, or says that there is none.
func (s *Store) goneRelease(ctx context.Context, q database.Q, p index.Project, canonical string) error {
	r, found, err := q.Release(ctx, p.ID, canonical)
	if err != nil {
		return err
	}
	st := index.StatusOf(index.At{Level: index.OnRelease, Standing: r.Standing})
	if !found || st.Offered {
		return index.Refuse(index.CodeNotFound, "Not Found")
	}
	return s.gone(st, p, "Release "+r.Version+" of "+p.DisplayName)
}
