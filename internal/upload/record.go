package upload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/blob"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/packaging"
	"strongroom/internal/standing"
)

// record is step 9: one transaction that locks the name, decides once more on
// fresh facts, claims the filename and writes the rows. Two uploads of one
// filename meet at the claim: one is stored (U-23, P5).
func (a *Acceptor) record(ctx context.Context, in *incoming) (Result, error) {
	var result Result
	err := a.Recorder.Do(ctx, in.by.actor, func(tx *change.Tx) error {
		what, err := a.lockAndDecide(ctx, tx, in)
		if err != nil || what == duplicate {
			result = in.result(index.File{}, what)
			return err
		}
		write := a.write
		if what == restored {
			write = a.restore
		}
		file, err := write(ctx, tx, in)
		result = in.result(file, what)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// lockAndDecide takes the name's lock; a name the registry did not know is
// added first, and stays in it whatever becomes of the project.
func (a *Acceptor) lockAndDecide(ctx context.Context, tx *change.Tx, in *incoming) (what outcome, err error) {
	if !in.Facts.NameKnown {
		row := index.Name{Name: in.Name, LookAlike: packaging.LookAlike(in.Name), State: index.NameActive, CreatedAt: tx.Now}
		if err := tx.HoldLookAlike(ctx, row.LookAlike); err != nil {
			return added, err
		}
		if _, err := tx.ClaimName(ctx, row); err != nil {
			return added, err
		}
	}
	if err := tx.HoldName(ctx, in.Name); err != nil {
		return added, err
	}
	in.by.recording = true
	return a.decide(ctx, tx.Q, in)
}

// write inserts everything the upload brings, in the journal order of U-24.
func (a *Acceptor) write(ctx context.Context, tx *change.Tx, in *incoming) (index.File, error) {
	claim := database.Claim{Identity: in.Dist.Identity(), Filename: in.Filename, Name: in.Name, SHA256: in.Digests.SHA256, Size: in.Digests.Size}
	won, err := tx.ClaimFilename(ctx, claim, tx.Now.UnixMicro())
	if err == nil && !won {
		err = fmt.Errorf("filename %s was claimed under the lock of its name", in.Filename)
	}
	if err != nil {
		return index.File{}, err
	}
	if err := a.referBlobs(ctx, tx, in); err != nil {
		return index.File{}, err
	}
	project, err := a.project(ctx, tx, in)
	if err != nil {
		return index.File{}, err
	}
	release, err := a.release(ctx, tx, in, project)
	if err != nil {
		return index.File{}, err
	}
	return a.file(ctx, tx, in, project, release)
}

// referBlobs names the blobs of step 8. If a sweep condemned or removed one in
// between, its bytes are stored again under the row's lock, which the sweep
// needs too.
func (a *Acceptor) referBlobs(ctx context.Context, tx *change.Tx, in *incoming) error {
	at := tx.Now.UnixMicro()
	if _, err := tx.AddBlob(ctx, in.Digests.SHA256, in.Digests.Size, at); err != nil {
		return err
	}
	if in.servesMetadata() {
		meta := in.Archive.Metadata
		if _, err := tx.AddBlob(ctx, string(blob.KeyOf(meta)), int64(len(meta)), at); err != nil {
			return err
		}
		if err := a.present(ctx, blob.KeyOf(meta), func() error { return a.Bucket.Put(ctx, blob.KeyOf(meta), meta) }); err != nil {
			return err
		}
	}
	key := in.Digests.Key()
	return a.present(ctx, key, func() error { return a.Bucket.Commit(ctx, in.stage, key) })
}

func (a *Acceptor) present(ctx context.Context, key blob.Key, storeAgain func() error) error {
	b, err := a.Bucket.Open(ctx, key)
	if errors.Is(err, blob.ErrNotExist) {
		return storeAgain()
	}
	if err != nil {
		return err
	}
	return b.Content.Close()
}

// project creates the project at its first upload, with its uploader as Owner.
func (a *Acceptor) project(ctx context.Context, tx *change.Tx, in *incoming) (index.Project, error) {
	if in.Facts.Exists {
		return in.Facts.Project, tx.GrowProject(ctx, in.Facts.Project.ID, in.Digests.Size, in.File.Name)
	}
	owner := in.by.owner
	if in.by.identity != nil {
		owner = in.by.identity.User
	}
	p := index.Project{UID: access.NewUID(), Name: in.Name, DisplayName: in.File.Name, Private: a.Policy.NewPrivate, CreatedAt: in.at(tx)}
	var err error
	if p.ID, err = tx.InsertProject(ctx, p, in.by.actor.UserID); err != nil {
		return p, err
	}
	name := in.Facts.NameRow
	name.State, name.ProjectID, name.HadFiles, name.Identity = index.NameActive, p.ID, true, name.Identity+1
	if err := tx.UpdateName(ctx, name); err != nil {
		return p, err
	}
	if err := tx.SetRole(ctx, p.ID, owner.ID, index.Owner); err != nil {
		return p, err
	}
	tx.Journal(in.Name, "", "create")
	tx.Journal(in.Name, "", "add Owner "+owner.Username)
	tx.Event(index.Event{Action: index.EventProjectCreate, Object: "project:" + in.Name, After: in.File.Name})
	tx.Event(index.Event{Action: index.EventRoleAdd, Object: "project:" + in.Name, After: "Owner " + owner.Username})
	return p, tx.GrowProject(ctx, p.ID, in.Digests.Size, in.File.Name)
}

// release creates the release at its first file, whose metadata it takes
// (U-22), and burns the version for ever (SD-12).
func (a *Acceptor) release(ctx context.Context, tx *change.Tx, in *incoming, p index.Project) (index.Release, error) {
	if in.Facts.ReleaseExists {
		return in.Facts.Release, nil
	}
	r := index.Release{
		ProjectID: p.ID, Version: in.Version.String(), Canonical: in.Version.Canonical(),
		Prerelease: in.Version.IsPrerelease(), Metadata: in.File.Normalize(), CreatedAt: in.at(tx),
	}
	var err error
	if r.ID, err = tx.InsertRelease(ctx, r); err != nil {
		return r, err
	}
	tx.Journal(in.Name, r.Version, "new release")
	tx.Event(index.Event{Action: index.EventReleaseCreate, Object: "project:" + in.Name, After: r.Version})
	if err := tx.BurnVersion(ctx, in.Name, r); err != nil {
		return r, err
	}
	return r, standing.ApplyRules(ctx, tx, p, r)
}

func (a *Acceptor) file(ctx context.Context, tx *change.Tx, in *incoming, p index.Project, r index.Release) (index.File, error) {
	f := index.File{
		ReleaseID: r.ID, ProjectID: p.ID, Filename: in.Filename, Packagetype: index.Packagetype(in.field("filetype")),
		PythonVersion: in.pythonVersion(), Size: in.Digests.Size, SHA256: in.Digests.SHA256, BLAKE2b256: in.Digests.BLAKE2b256,
		MD5: in.Digests.MD5, RequiresPython: in.File.RequiresPython, Comment: in.field("comment"),
		UploadedAt: in.at(tx), UploadedBy: in.by.actor.UserID,
	}
	if in.servesMetadata() {
		f.MetadataSHA256, f.MetadataSize = string(blob.KeyOf(in.Archive.Metadata)), int64(len(in.Archive.Metadata))
	}
	var err error
	if f.ID, err = tx.InsertFile(ctx, f); err != nil {
		return f, err
	}
	tx.Journal(in.Name, r.Version, fmt.Sprintf("add %s file %s", f.PythonVersion, f.Filename))
	if err := in.tell(ctx, tx, f.ID, p, r); err != nil {
		return f, err
	}
	in.noteGate(tx)
	tx.Event(index.Event{Action: index.EventFileAdd, Object: "project:" + in.Name, After: f.Filename + " sha256:" + f.SHA256})
	return f, nil
}

// tell keeps what the gate found for the owners, and has them told about
// warnings, but not about files that were taken over from elsewhere.
func (in *incoming) tell(ctx context.Context, tx *change.Tx, fileID int64, p index.Project, r index.Release) error {
	report := in.report()
	if len(report.Warnings) == 0 && report.Platform == "" {
		return nil
	}
	if err := tx.InsertFileReport(ctx, fileID, report); err != nil {
		return err
	}
	if len(report.Warnings) == 0 || !in.uploadedAt.IsZero() {
		return nil
	}
	return notify.EnqueueDigest(ctx, tx, p, r)
}

// report is what the owners should know of the accepted file (PT-7, AV-15).
func (in *incoming) report() index.FileReport {
	r := index.FileReport{Warnings: append([]string{}, in.Warnings...)}
	if in.Audit != nil && in.Audit.Binaries > 0 {
		r.Platform = in.Audit.Honest
	}
	return r
}

func (in *incoming) field(name string) string {
	if v := in.Fields[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (in *incoming) pythonVersion() string {
	if v := in.field("pyversion"); v != "" {
		return v
	}
	return "source"
}

// at is when the file counts as uploaded.
func (in *incoming) at(tx *change.Tx) time.Time {
	if !in.uploadedAt.IsZero() {
		return in.uploadedAt
	}
	return tx.Now
}
