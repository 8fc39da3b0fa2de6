package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"strongroom/internal/blob"
	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// fsckWorkers is how many blobs are hashed at once.
const fsckWorkers = 2

// FsckCommand holds the index against itself.
type FsckCommand struct {
	Repair bool `help:"Compute derived columns (sizes, what is withdrawn) again. Nothing is ever deleted."`
	JSON   bool `name:"json" help:"Report as JSON."`
}

// Help is what --help says below the usage.
func (c *FsckCommand) Help() string {
	return `Example: strongroom fsck --json

Every blob is read and hashed, and all tables are held against each other; uploads may go on meanwhile.
The exit code is 0 when nothing is wrong, 1 when there are problems (with --repair: problems that stayed).`
}

// fsckReport is what fsck found. Notes are nothing to worry about.
type fsckReport struct {
	Problems []fsckProblem `json:"problems"`
	Repaired []fsckProblem `json:"repaired,omitempty"`
	Notes    []string      `json:"notes,omitempty"`
	hashed   int64
}

// fsckProblem is one thing that is wrong.
type fsckProblem struct {
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Detail  string `json:"detail"`
}

// Run implements Command.
func (c *FsckCommand) Run(ctx context.Context, o *Operator) error {
	report := &fsckReport{Problems: []fsckProblem{}}
	if err := c.rows(ctx, o, report); err != nil {
		return err
	}
	if err := hashBlobs(ctx, o, report); err != nil {
		return err
	}
	if err := noteOrphans(ctx, o, report); err != nil {
		return err
	}
	if err := o.say(c.JSON, report, "%s", report); err != nil {
		return err
	}
	if len(report.Problems) > 0 {
		return ExitError{Code: 1}
	}
	return nil
}

// rows checks the tables, and once more after repairs.
func (c *FsckCommand) rows(ctx context.Context, o *Operator, report *fsckReport) error {
	faults, err := o.DB.Faults(ctx)
	if err != nil {
		return err
	}
	if c.Repair && len(faults) > 0 {
		for _, f := range faults {
			if f.Kind != database.FaultSize && f.Kind != database.FaultWithdrawn {
				continue
			}
			if err := repair(ctx, o.Recorder, f); err != nil {
				return fmt.Errorf("repair %s: %w", f.Subject, err)
			}
			report.Repaired = append(report.Repaired, fsckProblem{f.Kind, f.Subject, f.Detail})
		}
		if faults, err = o.DB.Faults(ctx); err != nil {
			return err
		}
	}
	for _, f := range faults {
		report.Problems = append(report.Problems, fsckProblem{f.Kind, f.Subject, f.Detail})
	}
	return nil
}

// repair computes a derived column again. What installers see may change, so
// the journal tells the mirrors.
func repair(ctx context.Context, rec *change.Recorder, f database.Fault) error {
	return rec.Do(ctx, index.Operator(), func(tx *change.Tx) error {
		if _, _, err := tx.LockName(ctx, f.Project); err != nil {
			return err
		}
		tx.Event(index.Event{Action: index.EventRepair, Object: "project:" + f.Project, Reason: f.Subject + ": " + f.Detail})
		tx.Touch(f.Project)
		if f.Kind == database.FaultSize {
			return tx.RecountProject(ctx, f.ID)
		}
		tx.Journal(f.Project, "", "repair "+string(f.Level))
		return tx.SettleWithdrawn(ctx, f.Level, f.ID)
	})
}

// hashBlobs reads every blob that rows know.
func hashBlobs(ctx context.Context, o *Operator, report *fsckReport) error {
	total, err := o.DB.CountBlobs(ctx)
	if err != nil {
		return err
	}
	bar := o.progress("fsck", "blobs", total)
	defer bar.finish()
	blobs := make(chan database.Blob)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range fsckWorkers {
		workers.Go(func() {
			for b := range blobs {
				problem := checkBlob(ctx, o, b)
				bar.add(1)
				mu.Lock()
				report.hashed++
				if problem != nil {
					report.Problems = append(report.Problems, *problem)
				}
				mu.Unlock()
			}
		})
	}
	err = eachBlob(ctx, o.DB, blobs)
	workers.Wait()
	return err
}

// eachBlob sends all blobs in pages, so that no snapshot stays open for as long
// as it takes to read them.
func eachBlob(ctx context.Context, db *database.DB, to chan<- database.Blob) error {
	defer close(to)
	for last := ""; ; {
		page, err := db.BlobsAfter(ctx, last, 1000)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, b := range page {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			select {
			case to <- b:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		last = page[len(page)-1].SHA256
	}
}

// checkBlob says what is wrong with a blob. A sweep may have removed it since
// its row was read: so a problem counts if the row is still there.
func checkBlob(ctx context.Context, o *Operator, b database.Blob) *fsckProblem {
	if verifyBlob(ctx, o.Bucket, b) == nil || ctx.Err() != nil {
		return nil
	}
	known, err := o.DB.HasBlob(ctx, b.SHA256)
	if err == nil && !known {
		return nil
	}
	failure := verifyBlob(ctx, o.Bucket, b)
	if failure == nil || ctx.Err() != nil {
		return nil
	}
	p := &fsckProblem{Kind: "blob-damaged", Subject: b.SHA256, Detail: failure.Error()}
	if errors.Is(failure, blob.ErrNotExist) {
		p.Kind = "blob-missing"
	}
	if names, err := o.DB.FilesWith(ctx, b.SHA256); err == nil && len(names) > 0 {
		p.Detail += " (of " + strings.Join(names, ", ") + ")"
	}
	return p
}

// verifyBlob reads a blob and holds it against its key.
func verifyBlob(ctx context.Context, bucket blob.Bucket, b database.Blob) error {
	have, err := bucket.Open(ctx, blob.Key(b.SHA256))
	if err != nil {
		return err
	}
	defer have.Content.Close()
	if have.Size != b.Size {
		return fmt.Errorf("the blob has %d bytes instead of %d", have.Size, b.Size)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, have.Content); err != nil {
		return fmt.Errorf("the blob cannot be read: %w", err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != b.SHA256 {
		return fmt.Errorf("the blob's bytes hash to %s", got)
	}
	return nil
}

// noteOrphans counts what a sweep will remove in time.
func noteOrphans(ctx context.Context, o *Operator, report *fsckReport) error {
	count, bytes := 0, int64(0)
	err := eachOrphan(ctx, o.DB, o.Bucket, func(i blob.Info) error {
		count, bytes = count+1, bytes+i.Size
		return nil
	})
	if err != nil {
		return err
	}
	if count > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("%d blobs with %d bytes belong to no file; a sweep removes them.", count, bytes))
	}
	if staged, err := os.ReadDir(filepath.Join(o.Storage, "staging")); err == nil && len(staged) > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("%d uploads are under way or were interrupted.", len(staged)))
	}
	return nil
}

// String is the report for people.
func (r *fsckReport) String() string {
	var b strings.Builder
	for _, p := range r.Repaired {
		fmt.Fprintf(&b, "repaired %s: %s: %s\n", p.Kind, p.Subject, p.Detail)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "problem %s: %s: %s\n", p.Kind, p.Subject, p.Detail)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	fmt.Fprintf(&b, "%d blobs hashed, %d problems.\n", r.hashed, len(r.Problems))
	return b.String()
}
