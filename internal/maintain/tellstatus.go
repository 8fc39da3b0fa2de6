package maintain

import (
	"context"
	"net/url"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/notify"
	"strongroom/internal/standing"
)

// TellSet has everybody who looks after a project told what was said about it or
// a part of it (ST-14, SD-28). Labels are no business of theirs.
func TellSet(ctx context.Context, tx *change.Tx, s standing.Subject, f index.Flag) error {
	kind := notify.StatusSet
	switch {
	case f.Kind == index.Deleted:
		kind = map[index.Level]notify.Kind{index.OnProject: notify.RemovedProject, index.OnRelease: notify.RemovedRelease, index.OnFile: notify.RemovedFile}[s.Level]
	case f.Kind == index.Yanked && s.Level == index.OnRelease:
		kind = notify.YankedRelease
	}
	d := notify.Data{Reason: f.Reason, Label: statusWord(f), Until: f.Until}
	if f.Kind == index.Deleted {
		d.Until = f.Restorable
	}
	return tellFlag(ctx, tx, s, f, kind, d)
}

// TellCleared is TellSet for what was taken back.
func TellCleared(ctx context.Context, tx *change.Tx, s standing.Subject, f index.Flag) error {
	kind := notify.StatusCleared
	switch {
	case f.Kind == index.Deleted:
		kind = notify.Restored
	case f.Kind == index.Yanked && s.Level == index.OnRelease:
		kind = notify.UnyankedRelease
	}
	return tellFlag(ctx, tx, s, f, kind, notify.Data{Reason: f.Reason, Label: statusWord(f)})
}

func tellFlag(ctx context.Context, tx *change.Tx, s standing.Subject, f index.Flag, kind notify.Kind, d notify.Data) error {
	k, known := index.KindOf(f.Kind)
	if !known || s.ProjectID == 0 {
		return nil
	}
	return tellPeople(ctx, tx, s, kind, d, k.Side == index.ByOwner)
}

// statusWord says what a flag makes of a thing, such as "deprecated as eol".
func statusWord(f index.Flag) string {
	k, _ := index.KindOf(f.Kind)
	word := strings.ToLower(k.PastTense)
	if f.Category != "" {
		word += " as " + f.Category
	}
	return word
}

// tellRule tells about the flags of a rule in one mail.
func tellRule(ctx context.Context, tx *change.Tx, p index.Project, r index.ReleaseRule, kind notify.Kind, versions []string) error {
	s := standing.Subject{Level: index.OnProject, ID: p.ID, ProjectID: p.ID, Name: p.Name}
	items := []string{"releases " + r.Specifier + ": " + strings.Join(versions, ", ")}
	if r.Later {
		items = append(items, "and releases of the kind that are uploaded later")
	}
	return tellPeople(ctx, tx, s, kind, notify.Data{Reason: r.Reason, Label: statusWord(r.Flag()), Items: items}, true)
}

// tellPeople sends a notice to everybody who owns or maintains a project, who did
// it too. With stop the mail has a link of its own, with which each of them can
// freeze the project (SD-28).
func tellPeople(ctx context.Context, tx *change.Tx, s standing.Subject, kind notify.Kind, d notify.Data, stop bool) error {
	p, _, err := tx.ProjectByID(ctx, s.ProjectID)
	if err != nil {
		return err
	}
	people, err := tx.ProjectPeople(ctx, p.ID)
	if err != nil {
		return err
	}
	d.Project, d.Version, d.File = p.DisplayName, s.Version, s.File
	told := map[int64]bool{}
	for _, one := range people {
		if one.Role == index.Reader || told[one.UserID] {
			continue
		}
		told[one.UserID] = true
		if stop {
			secret, err := newStop(ctx, tx, one.UserID, p)
			if err != nil {
				return err
			}
			d.Path = StopURL + "?token=" + url.QueryEscape(secret)
		}
		if err := tell(ctx, tx, one.UserID, kind, d); err != nil {
			return err
		}
	}
	return nil
}
