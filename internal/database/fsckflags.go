package database

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"strongroom/internal/index"
)

// subject is what a flag can stand on.
type subject struct {
	level index.Level
	id    int64
}

// stood is a subject as its row describes it.
type stood struct {
	subject
	label, project string
	standing       string
	withdrawn      bool
}

// standingFaults recomputes the standing of everything from the flags table
// and compares it with what is stored beside the rows (design 3).
func (q Q) standingFaults(ctx context.Context) ([]Fault, error) {
	flags, err := q.standingFlags(ctx)
	if err != nil {
		return nil, err
	}
	var all []Fault
	err = q.eachStanding(ctx, func(s stood) {
		all = append(all, s.faults(flags[s.subject])...)
		delete(flags, s.subject)
	})
	for on := range flags {
		all = append(all, Fault{Kind: "standing", Subject: fmt.Sprintf("%s %d", on.level, on.id), Detail: "flags stand on it that its row does not know"})
	}
	return all, wrap("check", "standing", err)
}

func (s stood) faults(flags index.Standing) (all []Fault) {
	stored, err := index.ParseStanding(s.standing)
	if err != nil {
		return []Fault{{Kind: "standing", Subject: s.label, Detail: err.Error()}}
	}
	for i := range stored { // the table keeps microseconds
		stored[i].Since, stored[i].Until = stored[i].Since.Truncate(time.Microsecond), stored[i].Until.Truncate(time.Microsecond)
	}
	if stored.Text() != flags.Text() {
		all = append(all, Fault{Kind: "standing", Subject: s.label, Detail: fmt.Sprintf("its row says %q, the flags on it say %q", stored.Text(), flags.Text())})
	}
	if s.level != index.OnUser && s.withdrawn != stored.Withdrawn() {
		detail := fmt.Sprintf("its row says withdrawn = %t, its flags say %t", s.withdrawn, stored.Withdrawn())
		all = append(all, Fault{Kind: FaultWithdrawn, Subject: s.label, Detail: detail, Project: s.project, Level: s.level, ID: s.id})
	}
	return all
}

// eachStanding visits everything whose row says that flags stand on it.
func (q Q) eachStanding(ctx context.Context, visit func(stood)) error {
	const some = ` WHERE x.standing <> '' OR x.withdrawn <> 0`
	for level, text := range map[index.Level]string{
		index.OnUser:    `SELECT id, username, '', standing, 0 FROM users WHERE standing <> ''`,
		index.OnProject: `SELECT x.id, x.name, x.name, x.standing, x.withdrawn FROM projects x` + some,
		index.OnRelease: `SELECT x.id, p.name || ' ' || x.version, p.name, x.standing, x.withdrawn FROM releases x JOIN projects p ON p.id = x.project_id` + some,
		index.OnFile:    `SELECT x.id, x.filename, p.name, x.standing, x.withdrawn FROM files x JOIN projects p ON p.id = x.project_id` + some,
	} {
		err := q.each(ctx, text, nil, func(rows *sql.Rows) error {
			s := stood{subject: subject{level: level}}
			if err := rows.Scan(&s.id, &s.label, &s.project, &s.standing, &s.withdrawn); err != nil {
				return err
			}
			visit(s)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// standingFlags reads the flags that were not cleared.
func (q Q) standingFlags(ctx context.Context) (map[subject]index.Standing, error) {
	out := map[subject]index.Standing{}
	err := q.eachFlag(ctx, ` WHERE cleared_at = 0`, nil, func(f StoodFlag) error {
		on := subject{f.Level, f.SubjectID}
		if _, ok := index.KindOf(f.Kind); ok { // labels stand in the table only
			out[on] = append(out[on], f.Flag)
		}
		return nil
	})
	return out, wrap("read", "flags", err)
}
