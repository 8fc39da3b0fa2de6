package check

import (
	"fmt"
	"strings"
	"testing"

	"strongroom/internal/packaging/binaries"
)

// audited gives the wheel a finding, where findings are refused.
func audited(code binaries.Code) func(*Upload) {
	return func(u *Upload) {
		u.Policy.RefuseWheels = true
		u.Audit = &binaries.Report{Binaries: 1, Honest: "linux_x86_64", Findings: []binaries.Finding{{Code: code, File: "demo.so", Tag: "any", Cause: "needs GLIBC_2.34"}}}
	}
}

// TestFindingsWarn by default, and some of them always.
func TestFindingsWarn(t *testing.T) {
	for _, code := range []binaries.Code{binaries.SymbolVersion, binaries.BinaryInAny, binaries.Unreadable} {
		u := wheel()
		audited(code)(u)
		u.Policy.RefuseWheels = code != binaries.SymbolVersion
		if err := Run(Contents, u); err != nil {
			t.Errorf("%s is refused: %v", code, err)
		}
		told := strings.Join(u.Warnings, "\n")
		if !strings.Contains(told, "demo.so: needs GLIBC_2.34 (tag any).") || !strings.Contains(told, "can honestly carry is linux_x86_64.") {
			t.Errorf("%s: %q", code, told)
		}
	}
}

// TestFindingsAreBounded, and what was not audited is told.
func TestFindingsAreBounded(t *testing.T) {
	u := wheel()
	u.Audit = &binaries.Report{NotAudited: "more than 2000 compiled files", More: 5}
	for i := range 50 {
		u.Audit.Findings = append(u.Audit.Findings, binaries.Finding{File: fmt.Sprint(i, ".so"), Tag: "any", Cause: "x"})
	}
	if problems := platformTruth.Run(u); problems != nil {
		t.Errorf("%v", problems)
	}
	told := strings.Join(u.Warnings, "\n")
	if len(u.Warnings) != maxFindings+2 || !strings.Contains(told, "45 more findings") || !strings.Contains(told, "more than 2000 compiled files") {
		t.Errorf("%q", told)
	}
}
