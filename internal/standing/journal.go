package standing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// journal writes what mirrors see of a change.
func journal(ctx context.Context, tx *change.Tx, s Subject, m moved) error {
	if s.Level == index.OnUser || s.Level == index.OnOrganization {
		return nil
	}
	if holds, err := holdsName(ctx, tx, s); err != nil || !holds {
		return err
	}
	if m.event == index.EventFlagClear && removes(m.kind) {
		back, err := returned(ctx, tx, s)
		if err != nil {
			return err
		}
		if len(back) > 0 {
			journalUploads(tx, s, m.key, back)
			return nil
		}
	}
	tx.JournalFlag(s.Name, s.Version, journalAction(m.event, m.kind, s), m.key)
	return nil
}

// holdsName reports whether the subject is part of the project that has its name
// now. What happens to one that had it before (SD-17) must not be told as if it
// happened to that: mirrors and nodes hear only to look again.
func holdsName(ctx context.Context, tx *change.Tx, s Subject) (bool, error) {
	n, _, err := tx.Name(ctx, s.Name)
	if err == nil && n.ProjectID != s.ProjectID {
		tx.Journal(s.Name, "", "change earlier project")
		return false, nil
	}
	return err == nil, err
}

// removes reports whether mirrors hear of a flag as of a removal.
func removes(kind string) bool { return kind == index.Deleted || kind == index.Removed }

// returned lists the files of the subject that are offered now, in the order in
// which they were uploaded.
func returned(ctx context.Context, tx *change.Tx, s Subject) (out []database.FileInPlace, err error) {
	files, err := tx.ProjectFiles(ctx, s.ProjectID, true)
	for _, f := range files {
		in := s.Level == index.OnProject || s.Level == index.OnRelease && f.ReleaseID == s.ID || f.ID == s.ID && s.Level == index.OnFile
		if in && f.Status().Offered {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b database.FileInPlace) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// journalUploads writes the entries that an upload of the files would, so that
// mirrors fetch them again (SD-19). The first one names the flag.
func journalUploads(tx *change.Tx, s Subject, flag int64, files []database.FileInPlace) {
	entry := func(version, action string) {
		tx.JournalFlag(s.Name, version, action, flag)
		flag = 0
	}
	if s.Level == index.OnProject {
		entry("", "create")
	}
	made := map[int64]bool{}
	for _, f := range files {
		if !made[f.ReleaseID] && s.Level != index.OnFile {
			entry(f.Version, "new release")
		}
		made[f.ReleaseID] = true
		entry(f.Version, fmt.Sprintf("add %s file %s", f.PythonVersion, f.Filename))
	}
}

// journalAction is PyPI's word where it has one: mirrors know these.
func journalAction(event, kind string, s Subject) string {
	on := event == index.EventFlagSet
	switch {
	case kind == index.Yanked && s.Level == index.OnRelease && on:
		return "yank release"
	case kind == index.Yanked && s.Level == index.OnRelease:
		return "unyank release"
	case kind == index.Quarantined && s.Level != index.OnFile && on:
		return fmt.Sprintf("%s quarantined", s.Level)
	case kind == index.Quarantined && s.Level != index.OnFile:
		return fmt.Sprintf("%s quarantine cleared", s.Level)
	case removes(kind) && on:
		return strings.TrimSpace("remove " + string(s.Level) + " " + s.File)
	}
	verb := "clear"
	if on {
		verb = "set"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", verb, kind, s.Level, s.File))
}

// eventAction is what the audit log calls a change of a flag.
func eventAction(event, kind string, level index.Level) string {
	if kind != index.Deleted {
		return event
	}
	if event == index.EventFlagSet {
		return string(level) + ":delete"
	}
	return string(level) + ":restore"
}
