package upload

import (
	"context"
	"time"

	"strongroom/internal/database"
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
	if f.Switches, err = q.Switches(ctx); err != nil {
		return err
	}
	if f.NameRow, f.NameKnown, err = q.Name(ctx, u.Name); err != nil {
		return err
	}
	if f.NameRow.ProjectID != 0 {
		if f.Project, f.Exists, err = q.ProjectByID(ctx, f.NameRow.ProjectID); err != nil {
			return err
		}
	}
	if !f.Exists {
		return a.readNewcomer(ctx, q, in)
	}
	canonical := u.Version.Canonical()
	if f.Release, f.ReleaseExists, err = q.Release(ctx, f.Project.ID, canonical); err != nil {
		return err
	}
	if f.ReleaseExists {
		f.Sdist, _, err = q.SdistOf(ctx, f.Release.ID)
		return err
	}
	_, f.Burned, err = q.VersionBurned(ctx, u.Name, canonical)
	return err
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
func (a *Acceptor) readClaim(ctx context.Context, q database.Q, u *check.Upload) error {
	claim, claimed, err := q.ClaimOf(ctx, u.Dist.Identity())
	if err != nil || !claimed {
		return err
	}
	f := &u.Facts
	f.Claimed, f.ClaimFilename, f.ClaimSHA256, f.ClaimSize = true, claim.Filename, claim.SHA256, claim.Size
	placed, exists, err := q.PlacedFile(ctx, claim.Filename)
	f.FileExists = exists
	if exists {
		f.FileStatus = placed.Status()
	}
	return err
}
