package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/packaging/coremeta"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/upload/check"
)

// LocalFile is a distribution on the operator's disk.
type LocalFile struct {
	Content    *io.SectionReader
	File       *os.File   // the open file itself: what Examine looks into; AcceptLocal needs none
	Filename   string     // without folders
	Owner      index.User // who gets the project if this file creates one
	UploadedAt time.Time  // zero for now
	Legacy     bool       // the checks that are Lenient warn instead of refusing
}

// AcceptLocal takes a file of the operator's through the steps of Accept. It
// differs in three things: the archive's own metadata stand in for the form, so
// step 7 comes before step 3; nobody's permission is asked for; and no release
// is too old for its files. A file that the index has already is recognised
// before anything is written.
func (a *Acceptor) AcceptLocal(ctx context.Context, f LocalFile) (Result, error) {
	if known, err := a.recognise(ctx, f); err != nil || known.Duplicate {
		return known, err
	}
	in, err := a.open(ctx)
	if err != nil {
		return Result{}, err
	}
	defer in.stage.Discard()
	in.Filename, in.Legacy, in.uploadedAt = f.Filename, f.Legacy, f.UploadedAt
	in.Policy.ReleaseMaxAge = 0
	in.by = attempt{actor: index.Operator(), owner: f.Owner}
	// 2. Receive: a crash leaves the staging file.
	source := &source{from: f.Content}
	if err := in.stream(source); err != nil {
		return Result{}, source.explain(err)
	}
	// 7. Inspect and 3. Read the form.
	if err := in.describe(func() error { return a.inspectStage(ctx, in) }); err != nil {
		return Result{}, err
	}
	if err := check.Run(check.Form, &in.Upload); err != nil {
		return Result{}, err
	}
	return a.finish(ctx, in)
}

// recognise reports a Duplicate when the index serves these bytes under this
// filename, so that an import that was interrupted goes on quickly. A file of
// which something else was said, such as a deletion, is left to the checks.
func (a *Acceptor) recognise(ctx context.Context, f LocalFile) (Result, error) {
	have, found, err := a.DB.PlacedFile(ctx, f.Filename)
	if err != nil || !found || have.Size != f.Content.Size() {
		return Result{}, err
	}
	if index.StatusOf(index.At{Level: index.OnFile, Standing: have.Standing}).File != "" {
		return Result{}, nil
	}
	sum, source := sha256.New(), &source{from: f.Content}
	if _, err := io.Copy(sum, source); err != nil {
		return Result{}, source.explain(err)
	}
	if _, err := f.Content.Seek(0, io.SeekStart); err != nil {
		return Result{}, err
	}
	same := hex.EncodeToString(sum.Sum(nil)) == have.SHA256
	return Result{File: have.File, Project: have.Project, Version: have.Version, Duplicate: same}, nil
}

// describe fills in what an upload's form would have told, from the filename
// and the archive. It refuses a file that does not say enough of itself.
func (in *incoming) describe(inspect func() error) error {
	in.HasFile, in.ContentType = true, "application/octet-stream"
	in.Fields = map[string][]string{
		":action": {"file_upload"}, "filetype": {string(index.Sdist)}, "sha256_digest": {in.Digests.SHA256},
	}
	if in.nameFile(); in.Dist.Kind == 0 {
		return check.Run(check.Filename, &in.Upload)
	}
	if err := inspect(); err != nil {
		return err
	}
	if in.Archive.Metadata == nil {
		return check.Run(check.Contents, &in.Upload)
	}
	in.Form = in.File
	in.Form.LicenseFiles = nil // in a file older than metadata 2.4 they are no field of the form
	var parse *coremeta.ParseError
	if errors.As(in.FileErr, &parse) {
		in.Malformed = parse.Problems
	}
	in.identify(in.Form)
	return nil
}

// nameFile reads as much of the filename as the archive's reader needs; the
// Kind stays 0 where it is no name of a distribution. Which part of an old
// sdist's name is the project is known only from its metadata.
func (in *incoming) nameFile() {
	switch {
	case strings.HasSuffix(in.Filename, ".whl"):
		in.Fields["filetype"] = []string{string(index.Wheel)}
		in.Dist, in.ParseErr = dist.ParseWheelFilename(in.Filename)
		in.Fields["pyversion"] = []string{strings.Join(in.Dist.Python, ".")}
	case strings.HasSuffix(in.Filename, ".tar.gz"):
		in.Dist = dist.Filename{Raw: in.Filename, Kind: dist.Sdist, Ext: ".tar.gz"}
	case strings.HasSuffix(in.Filename, ".zip"):
		in.Dist = dist.Filename{Raw: in.Filename, Kind: dist.Sdist, Ext: ".zip"}
	}
}

// source reads the operator's file and remembers when that failed, to tell it
// from a failure of our own disk.
type source struct {
	from   io.Reader
	failed error
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

func (s *source) explain(err error) error {
	if s.failed == nil {
		return err
	}
	return index.Refuse(index.CodeInvalidArchive, "The file cannot be read: %v.", s.failed)
}
