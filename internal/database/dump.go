package database

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// A dump is every row in a form that both databases can load: lines of JSON.
//
//	{"format":1,"schema":1,"serial":42}       the first line, see Dumped
//	{"table":"names","columns":["name",…]}    then for each table its columns
//	["demo","demo",…]                         and each row: texts, whole numbers, null
//
// A text that is not UTF-8, as SQLite permits, is {"base64":"…"}.

// dumpFormat is the version of this form.
const dumpFormat = 1

// tables lists every table, each after those its rows refer to, but for those
// of the search index, which the server makes again. A test compares it with
// the schema.
func tables() []string {
	return []string{
		"instance", "serial", "users", "emails", "names", "projects", "tokens", "roles", "releases", "release_metadata", "version_registry",
		"blobs", "files", "filename_registry", "flags", "journal", "events", "jobs", "switches", "rate_limits", "gate_rules", "file_reports",
		"logins", "tickets", "factors", "recovery_codes", "devices", "identities", "bans", "organizations", "organization_members",
		"organization_projects", "teams", "team_members", "team_roles", "invitations",
		"mail_unwanted", "flag_owners", "release_rules", "labels", "reports", "acts", "downloads", "project_downloads", "docs_redirects",
		"idempotency_keys",
	}
}

// Dumped is the first line of a dump.
type Dumped struct {
	Format int   `json:"format"`
	Schema int64 `json:"schema"` // the version of the migrations
	Serial int64 `json:"serial"`
}

// tableLine begins the rows of a table.
type tableLine struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// binary is a text that is not UTF-8.
type binary struct {
	Base64 []byte `json:"base64"`
}

// Dump writes all rows of one snapshot, while changes go on. It returns the
// first line and how many rows each table has.
func (db *DB) Dump(ctx context.Context, w io.Writer) (head Dumped, rows map[string]int64, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	rows = map[string]int64{}
	err = db.Snapshot(ctx, func(q Q) error {
		if head, err = q.dumpHead(ctx); err != nil {
			return err
		}
		if err := enc.Encode(head); err != nil {
			return err
		}
		for _, table := range tables() {
			n, err := q.dumpTable(ctx, enc, table)
			if err != nil {
				return wrap("dump table", table, err)
			}
			rows[table] = n
		}
		return out.Flush()
	})
	return head, rows, err
}

func (q Q) dumpHead(ctx context.Context) (head Dumped, err error) {
	head.Format = dumpFormat
	if head.Serial, err = q.LastSerial(ctx); err != nil {
		return head, err
	}
	head.Schema, err = q.schema(ctx)
	return head, err
}

// schema is the version of the newest migration that was applied.
func (q Q) schema(ctx context.Context) (version int64, err error) {
	_, err = q.one(ctx, `SELECT MAX(version_id) FROM goose_db_version WHERE is_applied`, nil, &version)
	return version, wrap("read", "schema version", err)
}

func (q Q) dumpTable(ctx context.Context, enc *json.Encoder, table string) (n int64, err error) {
	rows, err := q.c.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	if err := enc.Encode(tableLine{table, columns}); err != nil {
		return 0, err
	}
	for ; rows.Next(); n++ {
		values, err := scanValues(rows, len(columns))
		if err != nil {
			return n, err
		}
		if err := enc.Encode(values); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// scanValues reads a row of texts, whole numbers and nulls.
func scanValues(rows *sql.Rows, n int) ([]any, error) {
	values, dest := make([]any, n), make([]any, n)
	for i := range dest {
		dest[i] = &values[i]
	}
	if err := rows.Scan(dest...); err != nil {
		return nil, err
	}
	for i, v := range values {
		switch v := v.(type) {
		case nil, int64:
		case string:
			if !utf8.ValidString(v) {
				values[i] = binary{[]byte(v)}
			}
		default:
			return nil, fmt.Errorf("column %d holds a %T", i+1, v)
		}
	}
	return values, nil
}
