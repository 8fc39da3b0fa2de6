package upload

import (
	"context"
	"errors"
	"mime/multipart"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/blob"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/standing"
	"strongroom/internal/upload/check"
)

// Acceptor takes uploads. All fields but Scan must be set.
type Acceptor struct {
	DB       *database.DB
	Recorder *change.Recorder
	Guard    *access.Guard
	Bucket   blob.Bucket
	Policy   check.Policy
	Look     Look
	Rules    *RuleCache
	Scan     *Scanning // nil for no scanner

	// Restored tells people in the same change that an upload of the same bytes
	// ended a deletion (SD-28).
	Restored func(ctx context.Context, tx *change.Tx, s standing.Subject, deletion index.Flag) error
}

// Request is one upload as the door received it.
type Request struct {
	Identity  *access.Identity
	Address   string
	UserAgent string
	Query     map[string][]string // fields may stand in the query too (U-01)
	Body      *multipart.Reader
	DryRun    bool // all checks and no change (AV-19)
}

// Result says what an accepted upload did.
type Result struct {
	File      index.File
	Project   string // normalised
	Version   string
	Duplicate bool // the very same file was there; nothing changed
	Restored  bool // the very same file was deleted, and is there again (SD-10)
	DryRun    bool // it would be accepted; nothing changed
	Warnings  []string
}

// Admit is step 1, before the body is read: the switches. The door has already
// asked access.Guard for the identity.
func (a *Acceptor) Admit(ctx context.Context) error {
	on, err := a.DB.Switches(ctx)
	if err != nil {
		return err
	}
	for _, p := range check.Switched(on) {
		return &index.Error{Code: p.Code, Detail: p.Detail}
	}
	return nil
}

// Accept is steps 2 to 9. A failure before step 9 leaves staging bytes or an
// orphan blob, which a sweep removes; nothing is visible before step 9 (U-20).
func (a *Acceptor) Accept(ctx context.Context, r Request) (Result, error) {
	// 2. Receive: bytes go to a staging file. A crash leaves that file.
	// 3. Read the form.
	in, err := a.receive(ctx, r)
	if in != nil {
		defer in.stage.Discard()
	}
	if err != nil {
		return Result{}, err
	}
	if err := check.Run(check.Form, &in.Upload); err != nil {
		return Result{}, err
	}
	in.by = attempt{identity: r.Identity, actor: r.Identity.Actor(r.Address, r.UserAgent)}
	in.dryRun = r.DryRun || in.field(":action") == check.Validate
	return a.finish(ctx, in)
}

// incoming is an upload on its way: the facts for the checks, the bytes, and
// who brings them.
type incoming struct {
	check.Upload
	stage      blob.Stage
	by         attempt
	uploadedAt time.Time // of an import that keeps the old time; zero for now
	inspected  bool
	dryRun     bool
	scanned    scanned
}

// attempt is on whose behalf an upload happens.
type attempt struct {
	identity *access.Identity // nil for an operator's import, who may do anything
	actor    index.Actor
	owner    index.User // who gets the project an import creates

	role      index.RoleName // of the identity in the project, as read last
	recording bool           // step 9 has begun
}

// finish is steps 4 to 9.
func (a *Acceptor) finish(ctx context.Context, in *incoming) (Result, error) {
	// 4. Authorise: may this identity upload to the name, or create it?
	// 5. Match the filename.
	// 6. Recognise: the same bytes again end here.
	// A crash leaves the staging file.
	what, err := a.decide(ctx, a.DB.Q, in)
	if err != nil || what == duplicate {
		return in.result(index.File{}, what), err
	}
	// 7. Inspect. A local file was looked into before (see AcceptLocal).
	err = a.examine(ctx, in)
	if in.dryRun {
		return in.result(index.File{}, what), err
	}
	if err != nil {
		return Result{}, errors.Join(err, a.noteRefused(ctx, in))
	}
	// 8. Store: from here a crash leaves blobs that no row names.
	if err := a.store(ctx, in); err != nil {
		return Result{}, err
	}
	// 9. Record: one transaction; a crash before its commit leaves the blobs,
	// one after it leaves everything.
	return a.record(ctx, in)
}

// examine is step 7: it looks into the staged file and holds it against the
// checks of its contents, the rules of the gate and the operator's scanner.
func (a *Acceptor) examine(ctx context.Context, in *incoming) error {
	if err := a.inspectStage(ctx, in); err != nil {
		return err
	}
	if err := check.Run(check.Contents, &in.Upload); err != nil {
		return err
	}
	return a.scan(ctx, in)
}

// outcome is what becomes of an upload that is not refused.
type outcome int

const (
	added     outcome = iota // a new file
	duplicate                // the very same file is there
	restored                 // the very same file was deleted, and comes back
)

// decide runs the checks of steps 4 to 6 on facts read through q: at first on
// the readers, and once more inside the transaction of step 9, for minutes may
// have passed and a moderator may have acted.
func (a *Acceptor) decide(ctx context.Context, q database.Q, in *incoming) (what outcome, err error) {
	u := &in.Upload
	if err := a.readFacts(ctx, q, in); err != nil {
		return added, err
	}
	if err := check.Run(check.Project, u); err != nil {
		return added, err
	}
	if err := a.authorise(ctx, q, in); err != nil {
		return added, err
	}
	if err := check.Run(check.Filename, u); err != nil {
		return added, err
	}
	if err := a.readClaim(ctx, q, in); err != nil {
		return added, err
	}
	if err := check.Run(check.Duplicate, u); err != nil {
		if errors.Is(err, check.ErrDuplicate) {
			return duplicate, nil
		}
		return added, err
	}
	if check.Restores(u) {
		u.Warn("This very file was deleted; the upload restores it.")
		return restored, nil
	}
	return added, check.Run(check.Registry, u)
}

// authorise asks for the right on the facts read last: before the file is
// looked into, and again inside the transaction of step 9.
func (a *Acceptor) authorise(ctx context.Context, q database.Q, in *incoming) error {
	id := in.by.identity
	if id == nil {
		return nil
	}
	if err := a.Guard.StillValid(ctx, q, id); err != nil {
		return err
	}
	if !in.Facts.Exists {
		return a.Guard.MayCreate(id, in.Name)
	}
	return a.Guard.Permit(id, access.Upload, in.Facts.Project, in.by.role)
}

func (in *incoming) result(f index.File, what outcome) Result {
	return Result{File: f, Project: in.Name, Version: in.Version.String(), Duplicate: what == duplicate, Restored: what == restored, DryRun: in.dryRun, Warnings: in.Warnings}
}
