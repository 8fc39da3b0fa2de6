// Package standing sets and clears flags. It is the only writer of any status
// (design 3): it keeps the flag's history, the standing stored beside the row,
// the journal and the audit log in step.
package standing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Subject is the thing a flag stands on.
type Subject struct {
	Level   index.Level
	ID      int64
	Name    string // normalised project name; username on OnUser
	Version string // OnRelease and OnFile
	File    string // OnFile
	Now     index.Standing
}

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
	if file != "" {
		return findFile(ctx, tx, p, file)
	}
	if canonical == "" {
		return Subject{Level: index.OnProject, ID: p.ID, Name: name, Now: p.Standing}, nil
	}
	r, found, err := tx.Release(ctx, p.ID, canonical)
	if err != nil {
		return Subject{}, err
	}
	if !found {
		return Subject{}, index.Refuse(index.CodeNotFound, "Project %q has no release %s.", name, canonical)
	}
	return Subject{Level: index.OnRelease, ID: r.ID, Name: name, Version: r.Version, Now: r.Standing}, nil
}

func findFile(ctx context.Context, tx *change.Tx, p index.Project, filename string) (Subject, error) {
	f, found, err := tx.PlacedFile(ctx, filename)
	if err != nil {
		return Subject{}, err
	}
	if !found || f.ProjectID != p.ID {
		return Subject{}, index.Refuse(index.CodeNotFound, "Project %q has no file %s.", p.Name, filename)
	}
	return Subject{Level: index.OnFile, ID: f.ID, Name: p.Name, Version: f.Version, File: filename, Now: f.Standing}, nil
}

// Set puts a flag on the subject in the caller's change, replacing one of the
// same kind. note is private.
func Set(ctx context.Context, tx *change.Tx, s Subject, f index.Flag, note string) error {
	kind, ok := index.KindOf(f.Kind)
	if !ok {
		return index.Refuse(index.CodeInvalidForm, "There is no flag %q. The flags are: %s.", f.Kind, strings.Join(kindNames(), ", "))
	}
	if !slices.Contains(kind.On, s.Level) {
		return index.Refuse(index.CodeInvalidForm, "The flag %q cannot stand on a %s.", f.Kind, s.Level)
	}
	if err := CheckReason(f.Reason); err != nil {
		return err
	}
	if f.Side == "" {
		f.Side = kind.Side
	}
	f.Since = tx.Now
	if err := tx.EndFlag(ctx, s.Level, s.ID, f.Kind, tx.Actor.Username, tx.Now.UnixMicro()); err != nil {
		return err
	}
	if err := tx.InsertFlag(ctx, s.Level, s.ID, f, note, tx.Actor.Username); err != nil {
		return err
	}
	return write(ctx, tx, s, s.Now.With(f), index.EventFlagSet, f.Kind, f.Reason)
}

// Clear takes a flag off the subject in the caller's change. Clearing a flag
// that does not stand is refused.
func Clear(ctx context.Context, tx *change.Tx, s Subject, kind string) error {
	if _, ok := s.Now.Get(kind); !ok {
		return index.Refuse(index.CodeInvalidForm, "The flag %q does not stand on %s.", kind, s)
	}
	if err := tx.EndFlag(ctx, s.Level, s.ID, kind, tx.Actor.Username, tx.Now.UnixMicro()); err != nil {
		return err
	}
	return write(ctx, tx, s, s.Now.Without(kind), index.EventFlagClear, kind, "")
}

func write(ctx context.Context, tx *change.Tx, s Subject, next index.Standing, event, kind, reason string) error {
	if err := tx.SetStanding(ctx, s.Level, s.ID, next); err != nil {
		return err
	}
	tx.Event(index.Event{Action: event, Object: s.String(), Before: s.Now.Text(), After: next.Text(), Reason: reason})
	if s.Level != index.OnUser {
		tx.Journal(s.Name, s.Version, journalAction(event, kind, s))
	}
	return nil
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
	case (kind == index.Deleted || kind == index.Removed) && on:
		return strings.TrimSpace("remove " + string(s.Level) + " " + s.File)
	}
	verb := "clear"
	if on {
		verb = "set"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", verb, kind, s.Level, s.File))
}

// maxReason is how many characters a public reason may have (ST-2).
const maxReason = 500

// CheckReason enforces the one-line rule for public reasons (ST-15): no control
// characters, no line ends of any kind, nothing that turns the direction.
func CheckReason(reason string) error {
	if n := utf8.RuneCountInString(reason); n > maxReason {
		return index.Refuse(index.CodeInvalidForm, "The reason has %d characters; it may have %d.", n, maxReason)
	}
	if !utf8.ValidString(reason) {
		return index.Refuse(index.CodeInvalidForm, "The reason is not UTF-8.")
	}
	for _, r := range reason {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return index.Refuse(index.CodeInvalidForm, "The reason must be one line without control or direction characters; it holds %U.", r)
		}
	}
	return nil
}

func kindNames() []string {
	var out []string
	for _, k := range index.FlagKinds() {
		out = append(out, k.Name)
	}
	return out
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
