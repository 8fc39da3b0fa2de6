package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"strongroom/internal/index"
)

// StoodFlag is a flag as the table keeps it: also after it was cleared, and with
// who set it on what.
type StoodFlag struct {
	index.Flag
	ID        int64
	Level     index.Level
	SubjectID int64
	Note      string // private
	SetBy     string
	ClearedBy string
	ClearedAt time.Time // zero while it stands
}

const flagColumns = `SELECT id, level, subject_id, kind, category, reason, details, note, url, successors, side, set_by, set_at,
	from_at, starts_at, until, restorable_until, rule_id, act, cleared_by, cleared_at FROM flags`

// FlagsOn lists the flags and labels on one thing, the newest first; cleared
// ones too unless standing is asked for.
func (q Q) FlagsOn(ctx context.Context, level index.Level, id int64, standing bool) (out []StoodFlag, err error) {
	where := ` WHERE level = $1 AND subject_id = $2`
	if standing {
		where += ` AND cleared_at = 0`
	}
	err = q.eachFlag(ctx, where+` ORDER BY id DESC`, []any{level, id}, func(f StoodFlag) error {
		out = append(out, f)
		return nil
	})
	return out, wrap("list flags of "+string(level), id, err)
}

// FlagsOfAct lists the flags that were set in one act and still stand.
func (q Q) FlagsOfAct(ctx context.Context, uid string) (out []StoodFlag, err error) {
	err = q.eachFlag(ctx, ` WHERE act = $1 AND cleared_at = 0 ORDER BY id`, []any{uid}, func(f StoodFlag) error {
		out = append(out, f)
		return nil
	})
	return out, wrap("list flags of act", uid, err)
}

// StandingFlag finds the flag of a kind that stands on a thing.
func (q Q) StandingFlag(ctx context.Context, level index.Level, id int64, kind string) (f StoodFlag, found bool, err error) {
	err = q.eachFlag(ctx, ` WHERE level = $1 AND subject_id = $2 AND kind = $3 AND cleared_at = 0`, []any{level, id, kind}, func(one StoodFlag) error {
		f, found = one, true
		return nil
	})
	return f, found, wrap("read flag "+kind+" of "+string(level), id, err)
}

func (q Q) eachFlag(ctx context.Context, where string, args []any, fn func(StoodFlag) error) error {
	return q.each(ctx, flagColumns+where, args, func(rows *sql.Rows) error {
		var f StoodFlag
		var successors string
		var since, from, starts, until, restorable, cleared int64
		if err := rows.Scan(&f.ID, &f.Level, &f.SubjectID, &f.Kind, &f.Category, &f.Reason, &f.Details, &f.Note, &f.URL, &successors, &f.Side, &f.SetBy, &since,
			&from, &starts, &until, &restorable, &f.Rule, &f.Act, &f.ClearedBy, &cleared); err != nil {
			return err
		}
		f.Since, f.From, f.Until, f.Restorable, f.ClearedAt = fromMicros(since), fromMicros(from), fromMicros(until), fromMicros(restorable), fromMicros(cleared)
		f.Pending = starts != 0
		if err := json.Unmarshal([]byte(successors), &f.Successors); err != nil {
			return err
		}
		return fn(f)
	})
}

// Subject is what a flag stands on, as its row names it.
type Subject struct {
	ProjectID           int64  // 0 for users and organizations
	Name, Version, File string // a username or an organization's name on those levels
	Standing            index.Standing
}

// SubjectByID finds what a flag stands on by the key of its row.
func (q Q) SubjectByID(ctx context.Context, level index.Level, id int64) (s Subject, found bool, err error) {
	text := map[index.Level]string{
		index.OnUser:         `SELECT 0, username, '', '', standing FROM users WHERE id = $1`,
		index.OnOrganization: `SELECT 0, name, '', '', '' FROM organizations WHERE id = $1`,
		index.OnProject:      `SELECT id, name, '', '', standing FROM projects WHERE id = $1`,
		index.OnRelease:      `SELECT p.id, p.name, r.version, '', r.standing FROM releases r JOIN projects p ON p.id = r.project_id WHERE r.id = $1`,
		index.OnFile: `SELECT p.id, p.name, r.version, f.filename, f.standing FROM files f JOIN releases r ON r.id = f.release_id
			JOIN projects p ON p.id = f.project_id WHERE f.id = $1`,
	}[level]
	var standing string
	if found, err = q.one(ctx, text, []any{id}, &s.ProjectID, &s.Name, &s.Version, &s.File, &standing); err != nil || !found {
		return s, found, wrap("find "+string(level), id, err)
	}
	s.Standing, err = index.ParseStanding(standing)
	return s, true, err
}
