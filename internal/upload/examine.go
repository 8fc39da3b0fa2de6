package upload

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"strongroom/internal/blob"
	"strongroom/internal/index"
	"strongroom/internal/upload/check"
)

// Examine applies to a local file the checks of an upload that need no index:
// those of the form, the filename and the contents. It returns everything they
// found; the error says that the file cannot be read. Owner and UploadedAt of
// the file do not matter.
func Examine(f LocalFile, p check.Policy, now time.Time) (Result, []index.Problem, error) {
	in := &incoming{}
	in.Policy, in.Now = p, now
	in.Filename, in.Legacy = f.Filename, f.Legacy
	hasher := blob.NewHasher()
	defer hasher.Close()
	if _, err := io.Copy(hasher, f.Content); err != nil {
		return Result{}, nil, fmt.Errorf("read %s: %w", f.Filename, err)
	}
	in.Digests = hasher.Sum()
	problems, err := in.examine(f.Content)
	return in.result(index.File{}, false), problems, err
}

func (in *incoming) examine(content *io.SectionReader) ([]index.Problem, error) {
	if err := in.describe(content, content.Size()); err != nil {
		return problemsOf(err)
	}
	var all []index.Problem
	for _, stage := range []check.Stage{check.Form, check.Filename, check.Contents} {
		found, err := problemsOf(check.Run(stage, &in.Upload))
		if err != nil {
			return nil, err
		}
		all = appendNew(all, found)
	}
	return all, nil
}

// problemsOf takes a refusal apart; any other error is returned.
func problemsOf(err error) ([]index.Problem, error) {
	var refusal *index.Error
	if !errors.As(err, &refusal) {
		return nil, err
	}
	if len(refusal.Problems) == 0 {
		return []index.Problem{{Code: refusal.Code, Detail: refusal.Detail}}, nil
	}
	return refusal.Problems, nil
}

// appendNew leaves out what was told before: the metadata of a local file are
// checked as the form and as the file's own.
func appendNew(all, more []index.Problem) []index.Problem {
	for _, p := range more {
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}
