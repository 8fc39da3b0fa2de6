package database

import (
	"context"
	"database/sql"

	"strongroom/internal/docsredirect"
	"strongroom/internal/index"
)

// DocsRedirect finds where a project's documentation went.
func (q Q) DocsRedirect(ctx context.Context, projectID int64) (d index.DocsRedirect, found bool, err error) {
	var set int64
	found, err = q.one(ctx, `SELECT project_id, url, keep_path, permanent, set_by, set_at FROM docs_redirects WHERE project_id = $1`,
		[]any{projectID}, &d.ProjectID, &d.URL, &d.KeepPath, &d.Permanent, &d.SetBy, &set)
	d.SetAt = fromMicros(set)
	return d, found, wrap("read docs redirect of project", projectID, err)
}

// PutDocsRedirect sets where a project's documentation went.
func (tx *Tx) PutDocsRedirect(ctx context.Context, d index.DocsRedirect) error {
	_, err := tx.exec(ctx, `INSERT INTO docs_redirects (project_id, url, keep_path, permanent, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (project_id) DO UPDATE SET url = excluded.url, keep_path = excluded.keep_path, permanent = excluded.permanent,
		set_by = excluded.set_by, set_at = excluded.set_at`,
		d.ProjectID, d.URL, boolInt(d.KeepPath), boolInt(d.Permanent), d.SetBy, micros(d.SetAt))
	return wrap("put docs redirect of project", d.ProjectID, err)
}

// RemoveDocsRedirect ends a redirect, and reports whether there was one.
func (tx *Tx) RemoveDocsRedirect(ctx context.Context, projectID int64) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM docs_redirects WHERE project_id = $1`, projectID)
	return n == 1, wrap("remove docs redirect of project", projectID, err)
}

// DocsRedirects lists the redirects of the projects that hold their names, also
// of withdrawn ones: a page that people know does not go with a package. Private
// projects are left out.
func (q Q) DocsRedirects(ctx context.Context) (out []docsredirect.Redirect, err error) {
	err = q.each(ctx, `SELECT p.display_name, p.name, p.docs_prefix, d.url, d.keep_path, d.permanent FROM docs_redirects d
		JOIN projects p ON p.id = d.project_id JOIN names n ON n.project_id = p.id WHERE p.private = 0 ORDER BY p.name`, nil, func(rows *sql.Rows) error {
		var r docsredirect.Redirect
		err := rows.Scan(&r.Display, &r.Name, &r.Prefix, &r.URL, &r.KeepPath, &r.Permanent)
		out = append(out, r)
		return err
	})
	return out, wrap("list", "docs redirects", err)
}

// SetDocsPrefix says under which folder a project's documentation is hosted.
func (tx *Tx) SetDocsPrefix(ctx context.Context, projectID int64, prefix string) error {
	_, err := tx.exec(ctx, `UPDATE projects SET docs_prefix = $2 WHERE id = $1`, projectID, prefix)
	return wrap("set docs prefix of project", projectID, err)
}

// DocsByName finds what the docs host shows for a name: the redirect, with an
// empty URL where there is none, and the folder.
func (q Q) DocsByName(ctx context.Context, name string) (r docsredirect.Redirect, found bool, err error) {
	found, err = q.one(ctx, `SELECT p.display_name, p.name, p.docs_prefix, COALESCE(d.url, ''), COALESCE(d.keep_path, 0), COALESCE(d.permanent, 0)
		FROM names n JOIN projects p ON p.id = n.project_id LEFT JOIN docs_redirects d ON d.project_id = p.id WHERE n.name = $1 AND p.private = 0`,
		[]any{name}, &r.Display, &r.Name, &r.Prefix, &r.URL, &r.KeepPath, &r.Permanent)
	return r, found, wrap("read docs of", name, err)
}
