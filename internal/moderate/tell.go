package moderate

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/standing"
)

// nobody is who acts for the people that are told (SN-1): no moderator is named.
const nobody = "the index administrators"

// tellTakedown tells the owners and maintainers of a quarantine or removal, with
// where to appeal (SN-11).
func tellTakedown(ctx context.Context, tx *change.Tx, p index.Project, s standing.Subject, act index.Act, category string) error {
	if act.Silent {
		return nil
	}
	kind := notify.Quarantined
	if act.Kind == index.ActRemove {
		kind = notify.TakenDown
	}
	d := where(p, s)
	d.Reason, d.Category = act.Reason, category
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: kind, ProjectID: p.ID, Data: d})
}

// tellCleared tells them that it is over.
func tellCleared(ctx context.Context, tx *change.Tx, p index.Project, s standing.Subject, act index.Act) error {
	if act.Silent {
		return nil
	}
	d := where(p, s)
	if act.Kind == index.ActClear {
		d.Reason = act.Reason
	}
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.TakedownCleared, ProjectID: p.ID, Data: d})
}

// where is what a notice says of a part of a project.
func where(p index.Project, s standing.Subject) notify.Data {
	return notify.Data{By: nobody, Project: p.DisplayName, Version: s.Version, File: s.File}
}

// tellReporter tells who reported how it ended (SN-13).
func tellReporter(ctx context.Context, tx *change.Tx, r index.Report) error {
	if r.ReporterID == 0 && r.SealedEmail == "" {
		return nil
	}
	if r.ReporterID != 0 {
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.ReportDecided, UserID: r.ReporterID, Data: reportData(r)})
	}
	return tx.Enqueue(JobTellReporter, told{r.UID}, "", tx.Now)
}

// JobTellReporter is the kind of job that tells who has no account how a report
// ended: the address is sealed, and the command line has no key.
const JobTellReporter = "tell-reporter"

// told is what that job needs to know.
type told struct {
	Report string `json:"report"`
}

// TellReporter does such a job.
func (a *Actions) TellReporter(ctx context.Context, args json.RawMessage) error {
	var t told
	if err := json.Unmarshal(args, &t); err != nil {
		return fmt.Errorf("read job: %w", err)
	}
	return a.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error {
		r, found, err := tx.Report(ctx, t.Report)
		if err != nil || !found || r.Open() || r.SealedEmail == "" { // undone meanwhile
			return err
		}
		sealed, err := base64.StdEncoding.DecodeString(r.SealedEmail)
		if err != nil {
			return err
		}
		address, err := a.Keys.Unseal(sealed, sealedFor(r.UID))
		if err != nil {
			return err
		}
		return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.ReportDecided, Address: string(address), Data: reportData(r)})
	})
}

func reportData(r index.Report) notify.Data {
	return notify.Data{By: nobody, Project: r.Name, Label: string(r.State), At: r.CreatedAt, Path: "/project/" + r.Name + "/"}
}

// tellStaff tells everybody who can undo it what a rule did (SN-15).
func tellStaff(ctx context.Context, tx *change.Tx, p index.Project, r index.Report, act index.Act) error {
	staff, err := tx.Staff(ctx)
	if err != nil {
		return err
	}
	for _, u := range staff {
		d := notify.Data{Project: p.DisplayName, Reason: act.Reason, Label: string(r.Kind), Path: "/admin/projects/" + p.Name + "/"}
		if err := notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.AutoQuarantined, UserID: u.ID, Data: d}); err != nil {
			return err
		}
	}
	return nil
}
