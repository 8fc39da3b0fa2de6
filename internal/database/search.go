package database

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"strongroom/internal/index"
)

// SearchDoc is what the search index knows of a project. The texts are words
// with one space between them, letters and digits only.
type SearchDoc struct {
	ProjectID  int64
	Version    string // of the release that is shown, empty for none
	Summary    string // of that release
	ReleasedAt int64  // microseconds
	Name       string // the words of its name
	About      string // of its summary, keywords and people
	Body       string // of its description
}

// SearchHit is a project that a search found.
type SearchHit struct {
	Name        string // normalised
	DisplayName string
	Standing    index.Standing
	Version     string
	Summary     string
	ReleasedAt  int64
}

// SearchProgress is how far the search index is: changes up to Serial are in
// it, and of the projects, while it is being made, those with a key up to Built;
// -1 when it is made.
type SearchProgress struct {
	Serial, Built int64
}

// SearchProgress reads how far the index is.
func (q Q) SearchProgress(ctx context.Context) (p SearchProgress, err error) {
	return q.searchProgress(ctx, "")
}

// LockSearchProgress is SearchProgress that holds others off until the
// transaction ends.
func (tx *Tx) LockSearchProgress(ctx context.Context) (SearchProgress, error) {
	return tx.searchProgress(ctx, tx.d.forUpdate)
}

func (q Q) searchProgress(ctx context.Context, lock string) (p SearchProgress, err error) {
	_, err = q.one(ctx, `SELECT serial, built FROM search_progress WHERE one = 1`+lock, nil, &p.Serial, &p.Built)
	return p, wrap("read", "search progress", err)
}

// SetSearchProgress says how far the index is.
func (tx *Tx) SetSearchProgress(ctx context.Context, p SearchProgress) error {
	n, err := tx.exec(ctx, `UPDATE search_progress SET serial = $1, built = $2 WHERE one = 1`, p.Serial, p.Built)
	if err == nil && n != 1 {
		err = errors.New("the row of search_progress is missing; insert (1, 0, 0)") // or the index would be made again and again
	}
	return wrap("set", "search progress", err)
}

// DropSearchIndex empties the index; it is to be made anew (P12).
func (tx *Tx) DropSearchIndex(ctx context.Context) error {
	if _, err := tx.LockSearchProgress(ctx); err != nil { // first: a batch under way must not be half of the new index
		return err
	}
	empty := []string{`DELETE FROM search_words`}
	if tx.d.name != "postgres" {
		empty = []string{`INSERT INTO search_words (search_words) VALUES ('delete-all')`, `INSERT INTO search_names (search_names) VALUES ('delete-all')`}
	}
	for _, text := range append(empty, `DELETE FROM search_docs`, `UPDATE search_progress SET serial = 0, built = 0`) {
		if _, err := tx.exec(ctx, text); err != nil {
			return wrap("drop", "search index", err)
		}
	}
	return nil
}

// ProjectsAfter lists the projects that hold their names and have a key above
// one, n at most.
func (q Q) ProjectsAfter(ctx context.Context, id int64, n int) (out []index.Project, err error) {
	err = q.each(ctx, projectColumns+` WHERE p.id > $1 AND `+holdsName+` ORDER BY p.id LIMIT $2`, []any{id, n}, func(rows *sql.Rows) error {
		out = append(out, index.Project{})
		return scanProject(rows, &out[len(out)-1])
	})
	return out, wrap("list projects after", id, err)
}

// PutSearchDoc sets what the index knows of a project.
func (tx *Tx) PutSearchDoc(ctx context.Context, d SearchDoc) error {
	_, err := tx.exec(ctx, `INSERT INTO search_docs (project_id, version, summary, released_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (project_id) DO UPDATE SET version = excluded.version, summary = excluded.summary, released_at = excluded.released_at`,
		d.ProjectID, d.Version, d.Summary, d.ReleasedAt)
	if err != nil {
		return wrap("index project", d.ProjectID, err)
	}
	return wrap("index words of project", d.ProjectID, tx.putWords(ctx, d))
}

func (tx *Tx) putWords(ctx context.Context, d SearchDoc) error {
	if tx.d.name == "postgres" {
		_, err := tx.exec(ctx, `INSERT INTO search_words (project_id, names, words) VALUES ($1, CAST($2 AS tsvector), CAST($3 AS tsvector))
			ON CONFLICT (project_id) DO UPDATE SET names = excluded.names, words = excluded.words`, d.ProjectID, tsvector(d.Name), tsvector(d.Name, d.About, d.Body))
		return err
	}
	if _, err := tx.exec(ctx, `INSERT OR REPLACE INTO search_names (rowid, name) VALUES ($1, $2)`, d.ProjectID, d.Name); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `INSERT OR REPLACE INTO search_words (rowid, name, about, body) VALUES ($1, $2, $3, $4)`, d.ProjectID, d.Name, d.About, d.Body)
	return err
}

const searchColumns = `SELECT p.name, p.display_name, p.standing, COALESCE(d.version, ''), COALESCE(d.summary, ''), COALESCE(d.released_at, 0) FROM projects p
	LEFT JOIN search_docs d ON d.project_id = p.id `

// holdsName holds for a project that has its name still. It is written so that
// PostgreSQL asks it of one project after the other, and reads not all names.
const holdsName = `(SELECT n.project_id FROM names n WHERE n.name = p.name) = p.id`

// searchable holds for projects that are there for the user $2: public ones and
// those they have a role in; $3 is 1 for who sees everything.
const searchable = ` AND ` + holdsName + ` AND p.withdrawn = 0 AND (p.private = 0 OR $3 = 1
	OR p.id IN (SELECT g.project_id FROM project_grants g WHERE g.user_id = $2))`

// Searcher is who searches; the zero value is everybody.
type Searcher struct {
	UserID int64
	All    bool // sees private projects of others too
}

// SearchName finds the project with a normalised name, if the searcher may see
// it. It asks no index.
func (q Q) SearchName(ctx context.Context, name string, by Searcher) (out []SearchHit, err error) {
	return q.searchHits(ctx, searchColumns+`WHERE p.id = (SELECT project_id FROM names WHERE name = $1)`+searchable, name, by)
}

// SearchWords finds projects that have all terms, in their names or anywhere: n
// at most, in no order.
func (q Q) SearchWords(ctx context.Context, terms []SearchTerm, names bool, by Searcher, n int) ([]SearchHit, error) {
	text := searchColumns + q.d.match(names) + searchable + ` LIMIT ` + strconv.Itoa(n)
	return q.searchHits(ctx, text, q.d.expression(terms), by)
}

func (q Q) searchHits(ctx context.Context, text, what string, by Searcher) (out []SearchHit, err error) {
	err = q.each(ctx, text, []any{what, by.UserID, boolInt(by.All)}, func(rows *sql.Rows) error {
		var h SearchHit
		var standing string
		if err := rows.Scan(&h.Name, &h.DisplayName, &standing, &h.Version, &h.Summary, &h.ReleasedAt); err != nil {
			return err
		}
		var err error
		h.Standing, err = index.ParseStanding(standing)
		out = append(out, h)
		return err
	})
	return out, wrap("search for", what, err)
}
