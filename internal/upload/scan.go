package upload

import (
	"context"
	"fmt"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/scan"
)

// Scanning is the operator's own scanner (AV-20).
type Scanning struct {
	Scanner *scan.Scanner
	Closed  bool // without a verdict nothing enters; else it does, and the audit log says so
}

// scanned is what the scanner said, as far as somebody should hear of it; zero
// for a file it allows.
type scanned struct {
	action index.GateAction // "" for no verdict
	reason string
}

// scan asks the scanner, if there is one, about the staged file.
func (a *Acceptor) scan(ctx context.Context, in *incoming) error {
	if a.Scan == nil {
		return nil
	}
	on, err := a.DB.Switches(ctx)
	if err != nil {
		return err
	}
	if note, off := on[index.SwitchNoScanning]; off { // an administrator's decision, which the audit log keeps with each file
		in.scanned = scanned{reason: strings.TrimSpace("scanning is switched off. " + note)}
		return nil
	}
	file, err := in.stage.File()
	if err != nil {
		return err
	}
	defer file.Close()
	verdict, err := a.Scan.Scanner.Scan(ctx, file, scan.File{
		Filename: in.Filename, Project: in.Name, Version: in.Version.String(), SHA256: in.Digests.SHA256, Size: in.Digests.Size,
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		in.scanned = scanned{reason: err.Error()}
		if a.Scan.Closed {
			return &index.Error{Code: index.CodeUnavailable, Retry: 60, Detail: "The scanner that every upload must pass does not answer. Nothing was stored; try again later.", Err: err}
		}
	case verdict.Action == index.ActionFlag:
		in.scanned = scanned{verdict.Action, verdict.Reason}
	case verdict.Action == index.ActionRefuse:
		in.scanned = scanned{verdict.Action, verdict.Reason}
		return index.Refuse(index.CodeScanner, "Invalid distribution file. The scanner of this index refuses it: %s.", orUnsaid(verdict.Reason))
	}
	return nil
}

func orUnsaid(reason string) string {
	if reason == "" {
		return "it gives no reason"
	}
	return fmt.Sprintf("%.300s", reason)
}
