package maintain

import (
	"context"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/standing"
)

// Deleted is something that was deleted and that one of its owners then may
// restore.
type Deleted struct {
	Project  index.Project
	Level    index.Level
	Version  string // of a release or file
	File     string // of a file
	Flag     index.Flag
	Blockers []string // sentences on what stands in the way (SD-20)
}

// DeletedOf lists what the visitor may restore, across projects, the newest
// deletion first. A thing with blockers is listed: who owned it should know.
func (a *Actions) DeletedOf(ctx context.Context, v *access.Visitor) (out []Deleted, err error) {
	q := a.Recorder.DB.Q
	flags, err := q.DeletionsOf(ctx, v.User.ID, a.Recorder.Clock())
	if err != nil {
		return nil, err
	}
	for _, f := range flags {
		d, err := describeDeleted(ctx, q, f)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func describeDeleted(ctx context.Context, q database.Q, f database.StoodFlag) (d Deleted, err error) {
	on, _, err := q.SubjectByID(ctx, f.Level, f.SubjectID)
	if err != nil {
		return d, err
	}
	if d.Project, _, err = q.ProjectByID(ctx, on.ProjectID); err != nil {
		return d, err
	}
	d.Level, d.Version, d.File, d.Flag = f.Level, on.Version, on.File, f.Flag
	s := standing.Subject{Level: f.Level, ID: f.SubjectID, ProjectID: on.ProjectID, Name: on.Name, Version: on.Version, File: on.File, Now: on.Standing}
	if d.Blockers, err = standing.Blockers(ctx, q, s); err != nil {
		return d, err
	}
	levels, err := standing.Levels(ctx, q, d.Project, s)
	if err != nil {
		return d, err
	}
	if held, is := heldBy(levels); is {
		d.Blockers = append(d.Blockers, "Administrators set the flag "+held.Kind+".")
	}
	return d, nil
}
