package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"strongroom/internal/blob"
	"strongroom/internal/index"
	"strongroom/internal/upload/check"
)

// Examiner applies to local files the checks of an upload that need no index:
// those of the form, the filename and the contents.
type Examiner struct {
	Policy check.Policy
	Look   Look
	Rules  *check.Rules // of the gate; nil for none
	Now    time.Time
}

// Examine returns everything the checks found; the error says that the file
// cannot be read. Owner and UploadedAt of the file do not matter.
func (e Examiner) Examine(ctx context.Context, f LocalFile) (Result, []index.Problem, error) {
	in := &incoming{}
	in.Policy, in.Now, in.Rules = e.Policy, e.Now, e.Rules
	in.Filename, in.Legacy = f.Filename, f.Legacy
	hasher := blob.NewHasher()
	defer hasher.Close()
	if _, err := io.Copy(hasher, f.Content); err != nil {
		return Result{}, nil, fmt.Errorf("read %s: %w", f.Filename, err)
	}
	in.Digests = hasher.Sum()
	problems, err := in.examine(func() error { return in.inspect(ctx, e.Look, f.File) })
	return in.result(index.File{}, added), problems, err
}

func (in *incoming) examine(inspect func() error) ([]index.Problem, error) {
	if err := in.describe(inspect); err != nil {
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
