package ops

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/upload"
)

// importWorkers is how many projects are imported at once. More would only
// wait for each other's fsync.
const importWorkers = 2

// ImportCommand takes over a folder of distributions.
type ImportCommand struct {
	Dir    string `arg:"" name:"dir" help:"The folder; folders in it are looked into, links to folders are not followed."`
	Owner  string `required:"" placeholder:"NAME" help:"Who becomes Owner of the projects that this creates."`
	Legacy bool   `help:"Take old filenames, .zip source distributions and wheels whose RECORD is wrong, with a warning, and keep the files' times as upload times."`
	JSON   bool   `name:"json" help:"Report as JSON."`
}

// Help is what --help says below the usage.
func (c *ImportCommand) Help() string {
	return `Example: strongroom import /srv/pypi/packages --owner alice --legacy

Run it again after an interruption or after repairs: files that are there are recognised.
The exit code is 0 when every distribution is in the index now, 1 when some were refused.`
}

// Run implements Command.
func (c *ImportCommand) Run(ctx context.Context, o *Operator) error {
	owner, found, err := o.DB.UserByName(ctx, c.Owner)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("there is no user %q; make one with: strongroom admin user create", c.Owner)
	}
	if err := o.Acceptor.Admit(ctx); err != nil {
		return err
	}
	folder, err := openFolder(Absolute(o.Dir, c.Dir))
	if err != nil {
		return err
	}
	defer folder.root.Close()
	run := &importRun{Operator: o, folder: folder, owner: owner, legacy: c.Legacy, report: newImportReport(folder.ignored)}
	failure := run.all(ctx)
	run.report.sort()
	if err := o.say(c.JSON, run.report, "%s", run.report); err != nil {
		return err
	}
	if failure != nil {
		return fmt.Errorf("the import stopped: %w; run it again to go on", failure)
	}
	if run.report.Counts.Refused > 0 {
		return ExitError{Code: 1}
	}
	return nil
}

// importRun is one import on its way.
type importRun struct {
	*Operator
	folder *folder
	owner  index.User
	legacy bool

	mu     sync.Mutex
	report *importReport
}

// all imports every project. The files of one project come one after the other
// by their times, so that its releases begin with their oldest files.
func (r *importRun) all(ctx context.Context) error {
	bar := r.progress("import", "files", int64(r.folder.count()))
	defer bar.finish()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	projects := make(chan []localFile)
	var workers sync.WaitGroup
	for range importWorkers {
		workers.Go(func() {
			for files := range projects {
				for _, f := range files {
					if err := r.one(ctx, f); err != nil {
						cancel(fmt.Errorf("%s: %w", f.path, err))
					}
					bar.add(1)
				}
			}
		})
	}
	for _, name := range r.folder.names() {
		projects <- r.folder.projects[name]
	}
	close(projects)
	workers.Wait()
	return context.Cause(ctx)
}

// one imports a file. A refusal goes to the report; an error is returned when
// going on makes no sense.
func (r *importRun) one(ctx context.Context, f localFile) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	result, err := r.accept(ctx, f)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.report.accepted(f.path, result)
		return nil
	}
	refusal := index.AsError(err)
	switch refusal.Code.Info().Kind {
	case index.Internal, index.Unavailable, index.StorageFull:
		return err
	}
	r.report.refuse(f.path, refusal)
	return nil
}

func (r *importRun) accept(ctx context.Context, f localFile) (upload.Result, error) {
	file, err := r.folder.root.Open(f.path)
	if err != nil {
		return upload.Result{}, unreadable(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return upload.Result{}, unreadable(err)
	}
	local := upload.LocalFile{
		Content: io.NewSectionReader(file, 0, info.Size()), Filename: path.Base(f.path), Owner: r.owner, Legacy: r.legacy,
	}
	if now := r.Recorder.Clock(); r.legacy && f.time.Unix() > 0 && f.time.Before(now) {
		local.UploadedAt = f.time.UTC().Truncate(time.Microsecond)
	}
	return r.Acceptor.AcceptLocal(ctx, local)
}

// unreadable is the refusal of a file that the system does not let us read.
func unreadable(err error) error {
	return index.Refuse(index.CodeInvalidArchive, "The file cannot be read: %s.", reason(err))
}

// importReport is what came of an import.
type importReport struct {
	Counts   importCounts   `json:"counts"`
	Refused  []refusedFile  `json:"refused"`
	Warnings []fileWarnings `json:"warnings"`
}

// importCounts count files.
type importCounts struct {
	Accepted  int `json:"accepted"`
	Duplicate int `json:"duplicate"` // were there already
	Refused   int `json:"refused"`
	Ignored   int `json:"ignored"`  // are no distributions
	Warnings  int `json:"warnings"` // of the accepted, those with warnings
}

// refusedFile is a file that was not taken, and everything that is wrong.
type refusedFile struct {
	File     string          `json:"file"`
	Code     index.Code      `json:"code"`
	Detail   string          `json:"detail"`
	Problems []index.Problem `json:"problems"`
}

// fileWarnings is what somebody should know about a file that was taken.
type fileWarnings struct {
	File     string   `json:"file"`
	Warnings []string `json:"warnings"`
}

func newImportReport(ignored int) *importReport {
	return &importReport{Counts: importCounts{Ignored: ignored}, Refused: []refusedFile{}, Warnings: []fileWarnings{}}
}

func (r *importReport) accepted(file string, result upload.Result) {
	if result.Duplicate {
		r.Counts.Duplicate++
		return
	}
	r.Counts.Accepted++
	if len(result.Warnings) > 0 {
		r.Counts.Warnings++
		r.Warnings = append(r.Warnings, fileWarnings{file, result.Warnings})
	}
}

func (r *importReport) refuse(file string, e *index.Error) {
	r.Counts.Refused++
	problems := e.Problems
	if problems == nil {
		problems = []index.Problem{{Code: e.Code, Detail: e.Detail}}
	}
	r.Refused = append(r.Refused, refusedFile{file, e.Code, e.Detail, problems})
}

func (r *importReport) sort() {
	slices.SortFunc(r.Refused, func(a, b refusedFile) int { return strings.Compare(a.File, b.File) })
	slices.SortFunc(r.Warnings, func(a, b fileWarnings) int { return strings.Compare(a.File, b.File) })
}

// String is the report for people.
func (r *importReport) String() string {
	var b strings.Builder
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "warning: %s\n    %s\n", w.File, strings.Join(w.Warnings, "\n    "))
	}
	for _, f := range r.Refused {
		fmt.Fprintf(&b, "refused: %s (%s)\n", f.File, f.Code)
		for _, p := range f.Problems {
			fmt.Fprintf(&b, "    %s\n", p.Detail)
		}
	}
	c := r.Counts
	fmt.Fprintf(&b, "Accepted %d, already there %d, refused %d, ignored %d.\n", c.Accepted, c.Duplicate, c.Refused, c.Ignored)
	return b.String()
}
