package database

import (
	"context"

	"strongroom/internal/index"
)

// UploadFacts is what decides about an upload besides the filename and the
// user's role: who has the name, and what is in the release. One statement reads
// it, because an upload reads it twice.
type UploadFacts struct {
	Name          index.Name
	Known         bool // the registry has the name
	Project       index.Project
	Exists        bool // a project holds the name
	Release       index.Release
	ReleaseExists bool
	Sdist         string // the release's source distribution, if any
	BurnedBy      int64  // the project that first had this version, 0 for none
}

const uploadFacts = `SELECT n.name, n.look_alike, n.state, n.project_id, n.had_files, n.held_until, n.note, n.identities, n.created_at,
	COALESCE(p.id, 0), COALESCE(p.uid, ''), COALESCE(p.display_name, ''), COALESCE(p.standing, ''), COALESCE(p.last_serial, 0),
	COALESCE(p.total_size, 0), COALESCE(p.file_limit, 0), COALESCE(p.size_limit, 0), COALESCE(p.private, 0), COALESCE(p.created_at, 0),
	COALESCE(r.id, 0), COALESCE(r.version, ''), COALESCE(r.prerelease, 0), COALESCE(r.standing, ''), COALESCE(r.created_at, 0), COALESCE(r.open_until, 0),
	COALESCE((SELECT f.filename FROM files f WHERE f.release_id = r.id AND f.packagetype = 'sdist' LIMIT 1), ''),
	COALESCE((SELECT v.project_id FROM version_registry v WHERE v.name = n.name AND v.canonical = $2), 0)
	FROM names n
	LEFT JOIN projects p ON p.id = n.project_id
	LEFT JOIN releases r ON r.project_id = p.id AND r.canonical = $2
	WHERE n.name = $1`

// UploadFacts reads the facts about a normalised name and a canonical version.
// Its cost does not grow with the project. The role is asked for by [Q.RoleOf],
// when the project is known: here SQLite would read all roles of the user.
func (q Q) UploadFacts(ctx context.Context, name, canonical string) (f UploadFacts, err error) {
	var held, named, projected, released, open int64
	var projectStanding, releaseStanding string
	n, p, r := &f.Name, &f.Project, &f.Release
	f.Known, err = q.one(ctx, uploadFacts, []any{name, canonical},
		&n.Name, &n.LookAlike, &n.State, &n.ProjectID, &n.HadFiles, &held, &n.Note, &n.Identity, &named,
		&p.ID, &p.UID, &p.DisplayName, &projectStanding, &p.LastSerial, &p.Size, &p.FileLimit, &p.SizeLimit, &p.Private, &projected,
		&r.ID, &r.Version, &r.Prerelease, &releaseStanding, &released, &open, &f.Sdist, &f.BurnedBy)
	if err != nil || !f.Known {
		return UploadFacts{}, wrap("read facts about", name, err)
	}
	n.HeldUntil, n.CreatedAt = fromMicros(held), fromMicros(named)
	if f.Exists = p.ID != 0; f.Exists {
		p.Name, p.CreatedAt = n.Name, fromMicros(projected)
	}
	if f.ReleaseExists = r.ID != 0; f.ReleaseExists {
		r.ProjectID, r.Canonical, r.CreatedAt, r.OpenUntil = p.ID, canonical, fromMicros(released), fromMicros(open)
	}
	if p.Standing, err = index.ParseStanding(projectStanding); err != nil {
		return f, err
	}
	r.Standing, err = index.ParseStanding(releaseStanding)
	return f, err
}
