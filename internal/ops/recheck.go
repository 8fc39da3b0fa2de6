package ops

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"strongroom/internal/blob"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
	"strongroom/internal/upload"
)

// RecheckCommand holds stored files, withdrawn ones too, against the rules of
// today. It reports and changes nothing (AV-21).
type RecheckCommand struct {
	Project string `help:"Only the files of this project."`
	Legacy  bool   `help:"As strongroom import --legacy."`
	JSON    bool   `name:"json" help:"Answer as JSON."`
}

// Help is what --help says below the usage.
func (c *RecheckCommand) Help() string {
	return `Example: strongroom admin recheck --json

Run it before a warning becomes a refusal, and after gate rules were loaded.
The exit code is 0 when every file would be accepted today, 1 when one would not.`
}

// recheck is one run.
type recheck struct {
	*Operator
	upload.Examiner
	legacy bool
	report recheckReport
}

type recheckReport struct {
	Checked int       `json:"checked"`
	Files   []verdict `json:"files"` // those with a problem or a warning
}

// Run implements Command.
func (c *RecheckCommand) Run(ctx context.Context, o *Operator) error {
	rules, err := o.Acceptor.Rules.Get(ctx)
	if err != nil {
		return err
	}
	run := recheck{Operator: o, legacy: c.Legacy, report: recheckReport{Files: []verdict{}}}
	run.Examiner = upload.Examiner{Policy: o.Acceptor.Policy, Look: o.Acceptor.Look, Rules: rules, Now: o.Recorder.Clock().UTC()}
	names := []string{packaging.NormalizeName(c.Project)}
	if c.Project == "" {
		if names, err = o.DB.HeldNames(ctx); err != nil {
			return err
		}
	}
	for _, name := range names {
		if err := run.project(ctx, name); err != nil {
			return err
		}
	}
	return run.tell(c.JSON)
}

func (r *recheck) project(ctx context.Context, name string) error {
	p, found, err := r.DB.Project(ctx, name)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no project %q", name)
	}
	files, err := r.DB.ProjectFiles(ctx, p.ID, false)
	if err != nil {
		return err
	}
	slices.SortFunc(files, func(a, b database.FileInPlace) int { return strings.Compare(a.Filename, b.Filename) })
	for _, f := range files {
		v, err := r.file(ctx, f.File)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Filename, err)
		}
		r.report.Checked++
		if !v.OK || len(v.Warnings) > 0 {
			r.report.Files = append(r.report.Files, v)
		}
	}
	return nil
}

func (r *recheck) file(ctx context.Context, f index.File) (v verdict, err error) {
	v = verdict{File: f.Filename, Problems: []index.Problem{}, Warnings: []string{}}
	file, err := upload.OpenStored(ctx, r.Bucket, blob.Key(f.SHA256))
	if err != nil {
		return v, err
	}
	defer file.Close()
	local := upload.LocalFile{Content: io.NewSectionReader(file, 0, f.Size), File: file, Filename: f.Filename, Legacy: r.legacy}
	result, problems, err := r.Examine(ctx, local)
	v.OK, v.Project, v.Version = len(problems) == 0 && err == nil, result.Project, result.Version
	v.Problems, v.Warnings = append(v.Problems, problems...), append(v.Warnings, result.Warnings...)
	return v, err
}

func (r *recheck) tell(asJSON bool) error {
	refused := 0
	for _, v := range r.report.Files {
		if !v.OK {
			refused++
		}
		if !asJSON {
			v.print(r.Console)
		}
	}
	err := r.say(asJSON, r.report, "%d files checked, %d would be refused today, %d have only warnings.\n", r.report.Checked, refused, len(r.report.Files)-refused)
	if err == nil && refused > 0 {
		return ExitError{Code: 1}
	}
	return err
}
