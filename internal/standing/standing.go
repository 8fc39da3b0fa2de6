// Package standing sets and clears flags. It is the only writer of any status
// (design 3): it keeps the flag's history, the standing stored beside the row,
// the journal and the audit log in step.
package standing

import (
	"context"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Subject is the thing a flag stands on.
type Subject struct {
	Level     index.Level
	ID        int64
	ProjectID int64  // 0 for users and organizations
	Name      string // normalised project name; username on OnUser
	Version   string // OnRelease and OnFile
	File      string // OnFile
	Now       index.Standing
}

// Place is a part of a project: a release, a file, or all of it when both are
// empty. Version is canonical.
type Place struct{ Version, File string }

// String is the subject as the audit log names it.
func (s Subject) String() string {
	parts := []string{string(s.Level) + ":" + s.Name}
	if s.Version != "" {
		parts = append(parts, s.Version)
	}
	if s.File != "" {
		parts = append(parts, s.File)
	}
	return strings.Join(parts, "/")
}

// Find locates a project, or a release or file of it, and locks its name so
// that nothing else changes it meanwhile. version and file may be empty.
func Find(ctx context.Context, tx *change.Tx, name, canonical, file string) (Subject, error) {
	if _, _, err := tx.LockName(ctx, name); err != nil {
		return Subject{}, err
	}
	p, found, err := tx.Project(ctx, name)
	if err != nil {
		return Subject{}, err
	}
	if !found {
		return Subject{}, index.Refuse(index.CodeNotFound, "There is no project %q.", name)
	}
	return In(ctx, tx.Q, p, Place{Version: canonical, File: file})
}

// In finds a part of a project. Who changes it must hold the project's name.
func In(ctx context.Context, q database.Q, p index.Project, on Place) (Subject, error) {
	if on.File != "" {
		return findFile(ctx, q, p, on.File)
	}
	if on.Version == "" {
		return Subject{Level: index.OnProject, ID: p.ID, ProjectID: p.ID, Name: p.Name, Now: p.Standing}, nil
	}
	r, found, err := q.Release(ctx, p.ID, on.Version)
	if err == nil && !found {
		err = index.Refuse(index.CodeNotFound, "Project %q has no release %s.", p.Name, on.Version)
	}
	return Subject{Level: index.OnRelease, ID: r.ID, ProjectID: p.ID, Name: p.Name, Version: r.Version, Now: r.Standing}, err
}

// FindUser locates an account and locks it.
func FindUser(ctx context.Context, tx *change.Tx, username string) (Subject, error) {
	u, found, err := tx.UserByName(ctx, username)
	if err == nil && found {
		u, found, err = tx.LockUser(ctx, u.ID)
	}
	if err == nil && !found {
		err = index.Refuse(index.CodeNotFound, "There is no user %q.", username)
	}
	return Subject{Level: index.OnUser, ID: u.ID, Name: u.Username, Now: u.Standing}, err
}

// FindByID locates what a flag stands on by the key of its row, and locks the
// name or account that it belongs to.
func FindByID(ctx context.Context, tx *change.Tx, level index.Level, id int64) (s Subject, found bool, err error) {
	on, found, err := tx.SubjectByID(ctx, level, id)
	if err != nil || !found {
		return s, found, err
	}
	if level == index.OnUser {
		_, _, err = tx.LockUser(ctx, id)
	} else if level != index.OnOrganization {
		err = tx.HoldName(ctx, on.Name)
	}
	if err != nil {
		return s, false, err
	}
	on, found, err = tx.SubjectByID(ctx, level, id)
	return Subject{Level: level, ID: id, ProjectID: on.ProjectID, Name: on.Name, Version: on.Version, File: on.File, Now: on.Standing}, found, err
}

func findFile(ctx context.Context, q database.Q, p index.Project, filename string) (Subject, error) {
	f, found, err := q.PlacedFile(ctx, filename)
	if err != nil {
		return Subject{}, err
	}
	if !found || f.ProjectID != p.ID {
		return Subject{}, index.Refuse(index.CodeNotFound, "Project %q has no file %s.", p.Name, filename)
	}
	return Subject{Level: index.OnFile, ID: f.ID, ProjectID: p.ID, Name: p.Name, Version: f.Version, File: filename, Now: f.Standing}, nil
}

// Status reads what all flags on a project add up to.
func Status(p index.Project, levels ...index.At) index.Status {
	return index.StatusOf(append([]index.At{{Level: index.OnProject, Standing: p.Standing}}, levels...)...)
}

// Snapshot reads a subject's flags outside of a change.
func Snapshot(ctx context.Context, q database.Q, name string) (index.Standing, error) {
	p, found, err := q.Project(ctx, name)
	if err == nil && !found {
		err = index.Refuse(index.CodeNotFound, "There is no project %q.", name)
	}
	return p.Standing, err
}

// Levels lists the standing of what the subject is part of, and its own, the
// widest first. p is the subject's project.
func Levels(ctx context.Context, q database.Q, p index.Project, s Subject) ([]index.At, error) {
	levels := []index.At{{Level: index.OnProject, Standing: p.Standing}}
	switch s.Level {
	case index.OnRelease:
		levels = append(levels, index.At{Level: s.Level, Standing: s.Now})
	case index.OnFile:
		f, _, err := q.PlacedFile(ctx, s.File)
		if err != nil {
			return nil, err
		}
		levels = append(levels, index.At{Level: index.OnRelease, Standing: f.ReleaseStanding}, index.At{Level: s.Level, Standing: s.Now})
	}
	return levels, nil
}
