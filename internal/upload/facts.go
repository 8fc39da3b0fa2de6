package upload

import (
	"context"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/upload/check"
)

// readFacts reads who has the name and what is in the release: everything
// steps 4 to 6 ask about, by indexed look-ups whose cost does not grow with
// the project.
func (a *Acceptor) readFacts(ctx context.Context, q database.Q, in *incoming) (err error) {
	u := &in.Upload
	u.Facts = check.Facts{Username: in.by.actor.Username}
	f := &u.Facts
	if in.by.recording { // Admit has asked for them; the transaction decides
		if f.Switches, err = q.Switches(ctx); err != nil {
			return err
		}
	}
	known, err := q.UploadFacts(ctx, u.Name, u.Version.Canonical())
	if err != nil {
		return err
	}
	f.NameRow, f.NameKnown, f.Project, f.Exists = known.Name, known.Known, known.Project, known.Exists
	f.Release, f.ReleaseExists, f.Sdist = known.Release, known.ReleaseExists, known.Sdist
	f.Burned = known.BurnedBy != 0
	if !f.Exists {
		in.by.role = ""
		return a.readNewcomer(ctx, q, in)
	}
	return readRole(ctx, q, in)
}

// readRole reads what the uploader is to the project, and so whether it may be
// known to them at all.
func readRole(ctx context.Context, q database.Q, in *incoming) (err error) {
	id := in.by.identity
	if id == nil {
		return nil
	}
	if in.by.role, err = q.RoleOf(ctx, in.Facts.Project.ID, id.User.ID); err != nil {
		return err
	}
	in.Facts.Hidden = in.Facts.Project.Private && in.by.role == "" && !id.User.Superuser
	return nil
}

// readNewcomer reads what bears on the creation of a project.
func (a *Acceptor) readNewcomer(ctx context.Context, q database.Q, in *incoming) (err error) {
	f := &in.Facts
	form := packaging.LookAlike(in.Name)
	if f.LookAlikes, err = q.LookAlikes(ctx, form); err != nil {
		return err
	}
	if in.Policy.ProjectsPerHour > 0 && in.by.actor.UserID != 0 {
		f.NewProjects, err = q.ProjectsCreatedSince(ctx, in.by.actor.UserID, in.Now.Add(-time.Hour))
	}
	return err
}

// readClaim reads whether the filename, in any spelling, was used before.
func (a *Acceptor) readClaim(ctx context.Context, q database.Q, in *incoming) error {
	u := &in.Upload
	claim, claimed, err := q.ClaimOf(ctx, u.Dist.Identity())
	if err != nil || !claimed {
		return err
	}
	f := &u.Facts
	f.Claimed, f.ClaimFilename, f.ClaimSHA256, f.ClaimSize = true, claim.Filename, claim.SHA256, claim.Size
	placed, exists, err := q.PlacedFile(ctx, claim.Filename)
	// A file of whoever held the name before is not this project's (SD-17). A
	// project that nobody knew of a moment ago was made meanwhile.
	if f.FileExists = exists && (!f.Exists || placed.ProjectID == f.Project.ID); f.FileExists {
		f.FileStatus, f.File = placed.Status(), placed.File
		f.Restorable = in.by.identity != nil && restorable(placed, u.Now)
	}
	return err
}

// restorable reports whether an upload of the same bytes may bring a file back:
// nothing but its owners' own deletion withdraws it, they may undo that still, and its
// bytes were not removed for a reason of their own. An operator's import never
// does: it does not know what was deleted on purpose.
func restorable(f database.FileInPlace, now time.Time) bool {
	deleted, is := f.Standing.Get(index.Deleted)
	withdrawn := f.Standing.Without(index.Deleted).Withdrawn() || f.ReleaseStanding.Withdrawn() || f.ProjectStanding.Withdrawn()
	stored := f.PurgedAt.IsZero() || f.PurgeCategory == "retention"
	return is && deleted.Side == index.ByOwner && !withdrawn && stored && now.Before(deleted.Restorable)
}
