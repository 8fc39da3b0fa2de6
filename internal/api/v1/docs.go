package v1

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// docsRedirectBody says where a project's old documentation went (DR-1).
type docsRedirectBody struct {
	URL       string `json:"url" need:"yes" doc:"Where it is now."`
	KeepPath  bool   `json:"keep_path,omitempty" doc:"What follows the project's name in an old address is kept."`
	Permanent bool   `json:"permanent,omitempty" doc:"The redirect is permanent (301)."`
}

// docsRedirectJSON is where a project's old documentation leads.
type docsRedirectJSON struct {
	URL       string    `json:"url" doc:"Where it is now; empty for no redirect."`
	KeepPath  bool      `json:"keep_path" doc:"What follows the project's name in an old address is kept."`
	Permanent bool      `json:"permanent" doc:"The redirect is permanent (301)."`
	Since     time.Time `json:"since,omitzero" doc:"When it was set."`
}

func (c *call) readDocsRedirect(q database.Q) (out docsRedirectJSON, err error) {
	p, err := c.here(q)
	if err != nil {
		return out, err
	}
	d, _, err := q.DocsRedirect(c.ctx, p.ID)
	return docsRedirectJSON{d.URL, d.KeepPath, d.Permanent, d.SetAt}, err
}

func (c *call) redirectDocs(in docsRedirectBody) error {
	return c.maintain.RedirectDocs(c.ctx, c.visitor, c.at.Project, c.Docs, index.DocsRedirect{URL: in.URL, KeepPath: in.KeepPath, Permanent: in.Permanent})
}

func (c *call) endDocsRedirect(none) error {
	if _, found, err := c.DB.DocsRedirect(c.ctx, c.at.Project.ID); err != nil || !found {
		return err
	}
	return c.maintain.EndDocsRedirect(c.ctx, c.visitor, c.at.Project)
}

func (c *call) deleteDocs(in confirmBody) error {
	if err := c.confirmProject(in.Confirm); err != nil {
		return err
	}
	return c.maintain.DeleteDocs(c.ctx, c.visitor, c.at.Project)
}

func docsOperations() []operation {
	const path = atProject + "/docs-redirect"
	state := reads((*call).readDocsRedirect)
	return []operation{
		{ID: "getDocsRedirect", Tag: "projects", Method: "GET", Path: path, Right: access.ReadProject, Summary: "Where a project's old documentation leads", Reads: state},
		{
			ID: "redirectDocs", Tag: "status", Method: "PUT", Path: path, Right: access.SetFlags, Summary: "Redirects a project's old documentation",
			Reads: state, Does: does((*call).redirectDocs), Errors: heldErrors(),
		},
		{ID: "endDocsRedirect", Tag: "status", Method: "DELETE", Path: path, Right: access.SetFlags, Summary: "Ends that redirect", Reads: state, Does: does((*call).endDocsRedirect), Errors: heldErrors()},
		{
			ID: "deleteDocs", Tag: "deletion", Method: "DELETE", Path: atProject + "/docs", Right: access.DeleteThings, Summary: "Takes a project's hosted documentation off the site",
			Doc: "A redirect stays as it is.", Reads: state, Does: does((*call).deleteDocs), Errors: heldErrors(),
		},
	}
}
