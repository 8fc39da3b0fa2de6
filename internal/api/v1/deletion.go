package v1

import (
	"slices"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// deletionBody confirms a deletion.
type deletionBody struct {
	Confirm string `json:"confirm" need:"yes" doc:"The exact name, version or filename of what is deleted."`
	Reason  string `json:"reason,omitempty" doc:"Why, in one public line of at most 500 characters."`
}

// confirmed refuses what cannot simply be taken back and whose thing was not
// named (SD-3).
func confirmed(given string, names ...string) error {
	if slices.Contains(names, given) {
		return nil
	}
	return index.Refuse(index.CodeInvalidBody, "Nothing was done: confirm must be %q.", names[0])
}

// delete does nothing when it was deleted before: to ask twice is no second
// deletion.
func (c *call) delete(on maintain.Place, now index.Standing, in deletionBody) error {
	if _, deleted := now.Get(index.Deleted); deleted {
		return nil
	}
	return c.maintain.Delete(c.ctx, c.visitor, c.at.Project, on, in.Reason)
}

func (c *call) deleteProject(in deletionBody) error {
	p, err := c.here(c.DB.Q)
	if err != nil {
		return err
	}
	if err := confirmed(in.Confirm, p.Name, p.DisplayName); err != nil {
		return err
	}
	return c.delete(maintain.Place{}, p.Standing, in)
}

func (c *call) deleteRelease(in deletionBody) error {
	r, err := c.release(c.DB.Q, c.at.Project)
	if err != nil {
		return err
	}
	if err := confirmed(in.Confirm, r.Version); err != nil {
		return err
	}
	return c.delete(maintain.Place{Version: r.Canonical}, r.Standing, in)
}

func (c *call) deleteFile(in deletionBody) error {
	f, err := c.file(c.DB.Q, c.at.Project)
	if err != nil {
		return err
	}
	if err := confirmed(in.Confirm, f.Filename); err != nil {
		return err
	}
	return c.delete(maintain.Place{File: f.Filename}, f.Standing, in)
}

func (c *call) restoreProject(none) error { return c.restore(maintain.Place{}) }

func (c *call) restoreRelease(none) error {
	return c.onRelease(func(on maintain.Place, _ index.Standing) error { return c.restore(on) })
}

func (c *call) restoreFile(none) error {
	return c.onFile(func(on maintain.Place, _ index.Standing) error { return c.restore(on) })
}

func (c *call) restore(on maintain.Place) error {
	if c.at.Project.ID == 0 {
		if err := c.findHeld(); err != nil {
			return err
		}
	}
	return c.maintain.Restore(c.ctx, c.visitor, c.at.Project, on)
}

// findHeld finds the project of the visitor that lost the name of the address
// when it was deleted, because it never had a file (SD-15).
func (c *call) findHeld() error {
	all, err := c.maintain.DeletedOf(c.ctx, c.visitor)
	for _, d := range all {
		if d.Level == index.OnProject && d.Project.Name == c.project {
			c.at.Project = d.Project
			return nil
		}
	}
	if err == nil {
		err = noProject(c.project)
	}
	return err
}

// forecastJSON is what a deletion would mean (SD-3).
type forecastJSON struct {
	Files      int       `json:"files" doc:"How many files would be withdrawn."`
	Releases   int       `json:"releases" doc:"How many releases would be withdrawn."`
	Bytes      int64     `json:"bytes" doc:"The size of those files."`
	Downloads  int64     `json:"downloads_30d" doc:"Their downloads in 30 days."`
	Restorable time.Time `json:"restorable_until,omitzero" doc:"Until when owners could undo it; none if they could not."`
	Refusal    string    `json:"refusal,omitempty" doc:"Why owners may not delete it; none if they may."`
}

// readForecast tells what deleting the part of the project that the address
// names would mean.
func (c *call) readForecast(q database.Q) (out forecastJSON, err error) {
	on, err := c.place()
	if err != nil {
		return out, err
	}
	f, err := c.Maintain.Forecast(c.ctx, c.at.Project, on)
	if err != nil {
		return out, err
	}
	until := f.RestorableUntil.Truncate(time.Hour) // two readings within the hour are the same state
	return forecastJSON{f.Files, f.Releases, f.Bytes, f.Downloads30d, until, f.Refusal}, nil
}

// deletedJSON is something that whoever asks may restore.
type deletedJSON struct {
	Project  string    `json:"project" doc:"The project's normal name."`
	Version  string    `json:"version,omitempty" doc:"The release, if one is meant, or that of the file."`
	Filename string    `json:"filename,omitempty" doc:"The file, if one is meant."`
	Deleted  flagJSON  `json:"deleted" doc:"The deletion."`
	Restore  string    `json:"restore" doc:"The address at which a POST restores it."`
	Blockers []string  `json:"blockers" doc:"What stands in the way, in sentences; none if nothing does."`
	Until    time.Time `json:"restorable_until,omitzero" doc:"Until when it can be restored."`
}

func (c *call) readDeleted(database.Q) (out list[deletedJSON], err error) {
	all, err := c.Maintain.DeletedOf(c.ctx, c.visitor)
	if err != nil {
		return out, err
	}
	rows := []deletedJSON{}
	for _, d := range all {
		rows = append(rows, deletedJSON{
			Project: d.Project.Name, Version: d.Version, Filename: d.File, Deleted: toFlag(d.Flag), Restore: restoreAddress(d),
			Blockers: append([]string{}, d.Blockers...), Until: d.Flag.Restorable,
		})
	}
	return pageOf(c, rows, func(d deletedJSON) string { return d.Restore })
}

func restoreAddress(d maintain.Deleted) string {
	path := Base + "/projects/" + d.Project.Name
	switch {
	case d.File != "":
		path += "/files/" + d.File
	case d.Version != "":
		path += "/releases/" + d.Version
	}
	return path + "/restore"
}

// reopenedJSON says until when a release takes files.
type reopenedJSON struct {
	Until time.Time `json:"open_until" doc:"Until then the release takes new files although it is old."`
}

func (c *call) reopen(none) (out reopenedJSON, err error) {
	err = c.onRelease(func(on maintain.Place, _ index.Standing) error {
		out.Until, err = c.maintain.Reopen(c.ctx, c.visitor, c.at.Project, on.Version)
		return err
	})
	return out, err
}

func deletionOperations() (out []operation) {
	for _, at := range []struct {
		name, path, thing string
		state             reader
		deletes, restores doer
	}{
		{"Project", atProject, "a project", reads((*call).readProject), does((*call).deleteProject), does((*call).restoreProject)},
		{"Release", atRelease, "a release", reads((*call).readRelease), does((*call).deleteRelease), does((*call).restoreRelease)},
		{"File", atFile, "a file", reads((*call).readFile), does((*call).deleteFile), does((*call).restoreFile)},
	} {
		out = append(out, operation{
			ID: "delete" + at.name, Tag: "deletion", Method: "DELETE", Path: at.path, Right: access.DeleteThings, Summary: "Deletes " + at.thing,
			Doc:   "Nothing is destroyed: its owners can restore it until the date that the answer names.",
			Reads: at.state, Does: at.deletes, Errors: []index.Code{index.CodeLocked, index.CodeDeleted, index.CodeDeletionDisabled, index.CodeDeletionPolicy},
		}, operation{
			ID: "restore" + at.name, Tag: "deletion", Method: "POST", Path: at.path + "/restore", Right: access.RestoreThings,
			Summary: "Restores " + at.thing + " for somebody who owned it when it was deleted",
			Reads:   at.state, Does: at.restores, Errors: []index.Code{index.CodeLocked, index.CodeNotRestorable},
		}, operation{
			ID: "forecastDeletion" + at.name, Tag: "deletion", Method: "GET", Path: at.path + "/deletion", Right: access.DeleteThings,
			Summary: "What deleting " + at.thing + " would mean", Reads: reads((*call).readForecast),
		})
	}
	return append(out,
		operation{
			ID: "listDeleted", Tag: "deletion", Method: "GET", Path: "/deleted", Right: access.SeeDeleted, Listed: true,
			Summary: "What you may restore, the newest deletion first", Reads: reads((*call).readDeleted),
		},
		operation{
			ID: "reopenRelease", Tag: "deletion", Method: "POST", Path: atRelease + "/reopen", Right: access.SetFlags,
			Summary: "Lets an old release take new files for a day", Does: makes((*call).reopen), Errors: heldErrors(),
		})
}
