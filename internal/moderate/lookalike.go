package moderate

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

// JobNewProject is the kind of job that looks at the name of a new project.
const JobNewProject = index.JobNewProject

// NewProject does such a job: a name that is one slip of the finger away from one
// of the names that are used most is reported to the moderators, and nothing
// else happens to it (FN-3). Names of the very same look were refused or warned
// of when the project was made.
func (a *Actions) NewProject(ctx context.Context, args json.RawMessage) error {
	var made index.NewProject
	if err := json.Unmarshal(args, &made); err != nil {
		return fmt.Errorf("read job: %w", err)
	}
	if a.Settings.TopNames == 0 {
		return nil
	}
	now := a.Recorder.Clock()
	known, err := a.Recorder.DB.KnownAmong(ctx, packaging.Neighbours(made.Name), now)
	if err != nil {
		return err
	}
	var near []database.Known
	for _, k := range known {
		if k.Rank < a.Settings.TopNames {
			near = append(near, k)
		}
	}
	if len(near) == 0 {
		return nil
	}
	return a.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error { return alarm(ctx, tx, made.Name, near) })
}

// alarm reports a project for its name, once.
func alarm(ctx context.Context, tx *change.Tx, name string, near []database.Known) error {
	if err := tx.HoldName(ctx, name); err != nil {
		return err
	}
	p, found, err := tx.Project(ctx, name)
	if err != nil || !found || p.Private {
		return err
	}
	reports, err := tx.ReportsOf(ctx, name, 100)
	if err != nil {
		return err
	}
	for _, r := range reports {
		if r.Kind == index.ReportLookAlike {
			return nil
		}
	}
	e, err := tx.ExposureOf(ctx, p.ID, tx.Now)
	if err != nil {
		return err
	}
	r := index.Report{
		UID: access.NewUID(), Name: name, Kind: index.ReportLookAlike, Text: alarmText(name, near), Reporter: "system", State: index.ReportReceived,
		Downloads: e.Downloads, UploadedAt: e.UploadedAt, CreatedAt: tx.Now,
	}
	tx.Event(index.Event{Action: index.EventReport, Object: "project:" + name, After: string(r.Kind) + " " + r.UID})
	return tx.InsertReport(ctx, r)
}

func alarmText(name string, near []database.Known) string {
	var b strings.Builder
	fmt.Fprintf(&b, "The new name %s is one character away from:", name)
	for _, k := range near {
		fmt.Fprintf(&b, "\n%s, %d downloads in 30 days", k.Name, k.Downloads)
	}
	return b.String()
}
