package ops

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
	"strongroom/internal/standing"
)

// part is the flags that name a part of a project.
type part struct {
	Release string `help:"One release." xor:"part"`
	File    string `help:"One file, by its name." xor:"part"`
}

func (p part) place() (standing.Place, error) {
	if p.Release == "" {
		return standing.Place{File: p.File}, nil
	}
	v, err := pep440.Parse(p.Release)
	if err != nil {
		return standing.Place{}, fmt.Errorf("%q is no version: %w", p.Release, err)
	}
	return standing.Place{Version: v.Canonical()}, nil
}

// subjects is the flags that name what flags stand on: one thing, or several of
// a kind (ST-12).
type subjects struct {
	Project      []string `help:"A project; more than once for several." sep:"none"`
	User         []string `help:"An account; more than once for several." sep:"none"`
	Organization []string `help:"An organization, for labels; more than once for several." sep:"none"`
	FromFile     string   `name:"from-file" help:"A file with one thing a line: PROJECT, PROJECT==VERSION, or the name of a file. What begins with # is passed over." placeholder:"FILE"`
	part
}

// find locates everything that is named, in a fixed order. A thing that is not
// there ends it: all or nothing.
func (s subjects) find(ctx context.Context, o *Operator, tx *change.Tx) (out []standing.Subject, err error) {
	add := func(one standing.Subject, err error) error {
		out = append(out, one)
		return err
	}
	on, err := s.place()
	if err != nil {
		return nil, err
	}
	if on != (standing.Place{}) && len(s.Project) != 1 {
		return nil, errors.New("--release and --file need exactly one --project")
	}
	for _, name := range s.Project {
		if err := add(standing.Find(ctx, tx, packaging.NormalizeName(name), on.Version, on.File)); err != nil {
			return nil, err
		}
	}
	for _, name := range s.User {
		if err := add(standing.FindUser(ctx, tx, name)); err != nil {
			return nil, err
		}
	}
	for _, name := range s.Organization {
		if err := add(findOrganization(ctx, tx, name)); err != nil {
			return nil, err
		}
	}
	lines, err := s.lines(o)
	for _, line := range lines {
		if err := add(findLine(ctx, tx, line)); err != nil {
			return nil, err
		}
	}
	if err == nil && len(out) == 0 {
		err = errors.New("say what it is about: --project, --user, --organization or --from-file")
	}
	return out, err
}

func findOrganization(ctx context.Context, tx *change.Tx, name string) (standing.Subject, error) {
	g, found, err := tx.Organization(ctx, name)
	if err == nil && !found {
		err = fmt.Errorf("there is no organization %q", name)
	}
	return standing.Subject{Level: index.OnOrganization, ID: g.ID, Name: g.Name}, err
}

// lines reads the file of --from-file.
func (s subjects) lines(o *Operator) (out []string, err error) {
	if s.FromFile == "" {
		return nil, nil
	}
	f, err := os.Open(Absolute(o.Dir, s.FromFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	scan := bufio.NewScanner(f)
	for scan.Scan() {
		if line := strings.TrimSpace(scan.Text()); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out, scan.Err()
}

// findLine reads PROJECT, PROJECT==VERSION or a filename.
func findLine(ctx context.Context, tx *change.Tx, line string) (standing.Subject, error) {
	name, version, pinned := strings.Cut(line, "==")
	if pinned {
		on, err := part{Release: strings.TrimSpace(version)}.place()
		if err != nil {
			return standing.Subject{}, err
		}
		return standing.Find(ctx, tx, packaging.NormalizeName(strings.TrimSpace(name)), on.Version, "")
	}
	f, found, err := tx.PlacedFile(ctx, line)
	if err != nil {
		return standing.Subject{}, err
	}
	if found {
		return standing.Find(ctx, tx, f.Project, "", line)
	}
	return standing.Find(ctx, tx, packaging.NormalizeName(line), "", "")
}

// outcome is what a command on flags answers for one thing.
type outcome struct {
	Subject string      `json:"subject"`
	Flag    *index.Flag `json:"flag,omitempty"`
	Act     string      `json:"act,omitempty"`     // takes it back: strongroom admin act undo
	Matched []string    `json:"matched,omitempty"` // of a rule
	Rule    int64       `json:"rule,omitempty"`
	Removed []string    `json:"removed,omitempty"` // keys of storage
	Status  any         `json:"status,omitempty"`
}

// statusNow is what everybody sees of a thing after a change: nil for an
// organization, which has none.
func statusNow(ctx context.Context, q database.Q, s standing.Subject) (any, error) {
	if s.Level == index.OnOrganization {
		return nil, nil
	}
	now, _, err := q.SubjectByID(ctx, s.Level, s.ID)
	if err != nil {
		return nil, err
	}
	levels := []index.At{{Level: s.Level, Standing: now.Standing}}
	if s.ProjectID != 0 {
		p, _, err := q.ProjectByID(ctx, s.ProjectID)
		if err != nil {
			return nil, err
		}
		s.Now = now.Standing
		if levels, err = standing.Levels(ctx, q, p, s); err != nil {
			return nil, err
		}
	}
	st := index.StatusOf(levels...)
	served := "active"
	if st.Served != nil {
		served = st.Served.Kind
	}
	return map[string]any{"served": served, "offered": st.Offered, "upload": st.Upload, "file": st.File, "yanked": st.Yanked, "phrase": st.Phrase()}, nil
}

// sayOutcomes answers with one object for one thing, with a list for several.
func (o *Operator) sayOutcomes(asJSON bool, all []outcome) error {
	var text strings.Builder
	for _, one := range all {
		fmt.Fprintf(&text, "Done: %s.\n", one.Subject)
		for _, version := range one.Matched {
			fmt.Fprintf(&text, "  %s\n", version)
		}
		for _, key := range one.Removed {
			fmt.Fprintf(&text, "  removed %s\n", key)
		}
	}
	if len(all) == 1 {
		return o.say(asJSON, all[0], "%s", text.String())
	}
	return o.say(asJSON, all, "%s", text.String())
}
