package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"

	"strongroom/internal/index"
)

// RecentProject is a row of the feed of new projects.
type RecentProject struct {
	Project string // display name
	Name    string // normalised
	Summary string // of the newest release
	At      int64  // microseconds
}

// RecentProjects lists live public projects, the newest first.
func (q Q) RecentProjects(ctx context.Context, n int) ([]RecentProject, error) {
	var out []RecentProject
	err := q.each(ctx, `SELECT p.display_name, p.name, COALESCE((SELECT r.summary FROM releases r
			WHERE r.project_id = p.id AND `+offers+` ORDER BY r.created_at DESC, r.id DESC LIMIT 1), ''), p.created_at
		FROM projects p JOIN names n ON n.project_id = p.id WHERE p.withdrawn = 0 AND p.private = 0
		ORDER BY p.created_at DESC, p.id DESC LIMIT $1`, []any{n}, func(rows *sql.Rows) error {
		var p RecentProject
		err := rows.Scan(&p.Project, &p.Name, &p.Summary, &p.At)
		out = append(out, p)
		return err
	})
	return out, wrap("list projects, newest", n, err)
}

// LiveRolesOfUser lists a user's roles in live public projects, Owners first,
// then by project; who only reads has none. The username is compared without regard to case.
func (q Q) LiveRolesOfUser(ctx context.Context, username string) ([]index.Role, error) {
	return q.roles(ctx, `WHERE u.username_key = $1 AND p.withdrawn = 0 AND p.private = 0 AND r.role <> 'Reader' ORDER BY r.role DESC, p.name`, strings.ToLower(username))
}

// TotalSize is how many bytes all live public projects hold.
func (q Q) TotalSize(ctx context.Context) (bytes int64, err error) {
	_, err = q.one(ctx, `SELECT CAST(COALESCE(SUM(total_size), 0) AS BIGINT) FROM projects WHERE withdrawn = 0 AND private = 0`, nil, &bytes)
	return bytes, err
}

// ReleaseName names one release.
type ReleaseName struct {
	Project string // normalised
	Version string
}

// ReleasesWith lists the live public releases that have all these classifiers, by
// project; n at most. It reads the metadata of every release: give it a context
// that ends.
func (q Q) ReleasesWith(ctx context.Context, classifiers []string, n int) ([]ReleaseName, error) {
	text := `SELECT p.name, r.version FROM release_metadata m JOIN releases r ON r.id = m.release_id
		JOIN projects p ON p.id = r.project_id WHERE p.withdrawn = 0 AND p.private = 0 AND ` + offers
	args := []any{n}
	for _, c := range classifiers {
		stored, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		args = append(args, "%"+likeEscaper.Replace(string(stored))+"%", c)
		like, exact := "$"+strconv.Itoa(len(args)-1), "$"+strconv.Itoa(len(args))
		text += ` AND m.metadata LIKE ` + like + ` ESCAPE '!' AND EXISTS (SELECT 1 FROM ` + q.classifiersOf() + ` WHERE c.value = ` + exact + `)`
	}
	var out []ReleaseName
	err := q.each(ctx, text+` ORDER BY p.name, r.id LIMIT $1`, args, func(rows *sql.Rows) error {
		var r ReleaseName
		err := rows.Scan(&r.Project, &r.Version)
		out = append(out, r)
		return err
	})
	return out, wrap("list releases with", classifiers, err)
}

// likeEscaper makes a text stand for itself in a pattern (security-bar 2.6).
var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// classifiersOf is the classifiers of the metadata m as rows c (value). LIKE is
// asked first, which spares reading the JSON of most rows.
func (q Q) classifiersOf() string {
	if q.d.name == "postgres" {
		return `json_array_elements_text(m.metadata::json -> 'classifier') AS c (value)`
	}
	return `json_each(m.metadata, '$.classifier') AS c`
}
