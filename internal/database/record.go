package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"strongroom/internal/index"
)

// RecordEntry is a row of a public record: a flag that was set, began or was
// cleared, at its place in the journal (SD-25, SN-17).
type RecordEntry struct {
	Serial        int64
	Name, Version string // as the journal has them
	At            time.Time
	Cleared       bool
	Level         index.Level
	SubjectID     int64
	index.Flag
}

// Record lists what happened to the flags of some kinds, in the order of their
// serials and from after the serial since; backward lists the newest first.
// Private projects are left out. n rows at most.
func (q Q) Record(ctx context.Context, kinds []string, since int64, backward bool, n int) (out []RecordEntry, err error) {
	args := []any{since, n}
	var marks []string
	for _, k := range kinds {
		args = append(args, k)
		marks = append(marks, "$"+strconv.Itoa(len(args)))
	}
	order := ` ORDER BY j.serial`
	if backward {
		order += ` DESC`
	}
	err = q.each(ctx, `SELECT j.serial, j.name, j.version, j.at, g.cleared_at, g.level, g.subject_id, g.kind, g.category, g.reason, g.url, g.successors, g.set_at, g.from_at
		FROM journal j JOIN flags g ON g.id = j.flag_id
		WHERE j.flag_id <> 0 AND j.serial > $1 AND g.kind IN (`+strings.Join(marks, ", ")+`)
		AND `+publicThen+order+` LIMIT $2`, args, func(rows *sql.Rows) error {
		var e RecordEntry
		var at, cleared, since, from int64
		var successors string
		if err := rows.Scan(&e.Serial, &e.Name, &e.Version, &at, &cleared, &e.Level, &e.SubjectID, &e.Kind, &e.Category, &e.Reason, &e.URL, &successors, &since, &from); err != nil {
			return err
		}
		e.At, e.Since, e.From = fromMicros(at), fromMicros(since), fromMicros(from)
		e.Cleared = cleared != 0 && at >= cleared
		err := json.Unmarshal([]byte(successors), &e.Successors)
		out = append(out, e)
		return err
	})
	return out, wrap("list record of", strings.Join(kinds, ", "), err)
}

// RecordFile is a file that an entry of a record is about.
type RecordFile struct {
	Filename string `json:"filename"`
	SHA256   string `json:"sha256"`
}

// RecordFiles lists the files that a flag is about, by filename.
func (q Q) RecordFiles(ctx context.Context, level index.Level, id int64) ([]RecordFile, error) {
	column := map[index.Level]string{index.OnProject: "project_id", index.OnRelease: "release_id", index.OnFile: "id"}[level]
	var out []RecordFile
	err := q.each(ctx, `SELECT filename, sha256 FROM files WHERE `+column+` = $1 ORDER BY filename`, []any{id}, func(rows *sql.Rows) error {
		var f RecordFile
		err := rows.Scan(&f.Filename, &f.SHA256)
		out = append(out, f)
		return err
	})
	return out, wrap("list files of "+string(level), id, err)
}

// DocumentationOf is where a project's old documentation redirects to (DR-10),
// "" for nowhere.
func (q Q) DocumentationOf(ctx context.Context, projectID int64) (url string, err error) {
	_, err = q.one(ctx, `SELECT url FROM docs_redirects WHERE project_id = $1`, []any{projectID}, &url)
	return url, wrap("read documentation of project", projectID, err)
}
