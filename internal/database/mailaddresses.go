package database

import (
	"context"
	"database/sql"

	"strongroom/internal/index"
)

// MailAddress is where somebody can be reached.
type MailAddress struct {
	Address  string
	Primary  bool
	Verified bool
}

// MailAddresses lists a user's addresses, the primary one first, then in the
// order in which they were added.
func (q Q) MailAddresses(ctx context.Context, userID int64) ([]MailAddress, error) {
	var out []MailAddress
	err := q.each(ctx, `SELECT address, is_primary, verified FROM emails WHERE user_id = $1 ORDER BY is_primary DESC, id`, []any{userID}, func(rows *sql.Rows) error {
		var a MailAddress
		err := rows.Scan(&a.Address, &a.Primary, &a.Verified)
		out = append(out, a)
		return err
	})
	return out, wrap("read addresses of user", userID, err)
}

// ProjectPeople lists everybody who has a role in a project, once for each
// reason: given to the person, to a team, or by an organization.
func (q Q) ProjectPeople(ctx context.Context, projectID int64) ([]index.Role, error) {
	var out []index.Role
	err := q.each(ctx, `SELECT g.project_id, g.user_id, u.username, g.role FROM project_grants g JOIN users u ON u.id = g.user_id
		WHERE g.project_id = $1 ORDER BY u.username_key`, []any{projectID}, func(rows *sql.Rows) error {
		var r index.Role
		err := rows.Scan(&r.ProjectID, &r.UserID, &r.Username, &r.Role)
		out = append(out, r)
		return err
	})
	return out, wrap("read people of project", projectID, err)
}

// MailUnwanted reports whether a user wants no mail of a kind.
func (q Q) MailUnwanted(ctx context.Context, userID int64, kind string) (bool, error) {
	var one int
	found, err := q.one(ctx, `SELECT 1 FROM mail_unwanted WHERE user_id = $1 AND kind = $2`, []any{userID, kind}, &one)
	return found, wrap("read unwanted mail of user", userID, err)
}

// SetMailWanted says whether a user wants mail of a kind. Saying it again
// changes nothing.
func (tx *Tx) SetMailWanted(ctx context.Context, userID int64, kind string, wanted bool) error {
	text := `INSERT INTO mail_unwanted (user_id, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	if wanted {
		text = `DELETE FROM mail_unwanted WHERE user_id = $1 AND kind = $2`
	}
	_, err := tx.exec(ctx, text, userID, kind)
	return wrap("set unwanted mail of user", userID, err)
}
