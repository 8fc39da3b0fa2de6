package index_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

var update = flag.Bool("update", false, "accept what the code says as the new golden files")

// TestX1EveryCodeIsDocumentedOnce compares the constants with the table.
func TestX1EveryCodeIsDocumentedOnce(t *testing.T) {
	rows := map[string]int{}
	for _, info := range index.Codes() {
		rows[string(info.Code)]++
	}
	for name, value := range declared(t, "codes.go", "Code") {
		if rows[value] != 1 {
			t.Errorf("%s (%q) stands %d times in the table, want once", name, value, rows[value])
		}
		delete(rows, value)
	}
	for code := range rows {
		t.Errorf("the table has %q, which is no constant", code)
	}
}

// TestX1EveryCodeIsUsed reads the whole repository. That no undocumented code is used follows from the test above: a
// constant of the type Code is the only way to name one.
func TestX1EveryCodeIsUsed(t *testing.T) { checkUse(t, "codes.go", "Code", "CodeInfo") }

// TestX1NoCodeIsMadeUp finds codes that are written as texts past the list.
func TestX1NoCodeIsMadeUp(t *testing.T) {
	made := regexp.MustCompile(`index\.Code\("|index\.Refuse\("|Code:\s*"`)
	for _, path := range program(t) {
		if found := made.FindString(read(t, path)); found != "" && !strings.HasSuffix(path, "codes.go") {
			t.Errorf("%s: %s…: a code that is not in the list", path, found)
		}
	}
}

func TestCodesAreWellFormed(t *testing.T) {
	slug := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	titles := map[string]index.Code{}
	for _, info := range index.Codes() {
		if !slug.MatchString(string(info.Code)) {
			t.Errorf("%q is not lower case with dashes", info.Code)
		}
		if !strings.HasSuffix(info.Meaning, ".") || info.Title == "" || strings.HasSuffix(info.Title, ".") {
			t.Errorf("%s: a meaning is a sentence and a title is none: %q, %q", info.Code, info.Meaning, info.Title)
		}
		if other, taken := titles[info.Title]; taken {
			t.Errorf("%s and %s have the title %q", info.Code, other, info.Title)
		}
		titles[info.Title] = info.Code
		if got := info.Code.Info(); got != info {
			t.Errorf("%s.Info() = %+v", info.Code, got)
		}
		if status := middleware.Status(info.Kind); info.Kind != index.Internal && status == http.StatusInternalServerError {
			t.Errorf("%s: its kind has no status of its own", info.Code)
		}
	}
}

// TestX5OnlyOneTextSaysAlreadyExists: twine --skip-existing skips on these words, so no other refusal may say them.
func TestX5OnlyOneTextSaysAlreadyExists(t *testing.T) {
	for _, info := range index.Codes() {
		says := strings.Contains(strings.ToLower(info.Title), "already exist")
		if says != (info.Code == index.CodeFileExists) {
			t.Errorf("%s has the title %q", info.Code, info.Title)
		}
	}
	for _, path := range program(t) {
		if strings.HasSuffix(path, "index/codes.go") || strings.HasSuffix(path, "check/registry.go") {
			continue
		}
		for _, text := range literals(t, path) {
			if strings.Contains(strings.ToLower(text), "already exist") {
				t.Errorf("%s says %q; only the refusal of a duplicate filename may", path, text)
			}
		}
	}
}

// TestErrorsPage keeps docs/ERRORS.md in step with the table.
func TestErrorsPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Errors\n\nEvery refusal has a code that never changes its meaning. It stands in the `code` field of `application/problem+json`\n" +
		"and `application/json` answers; the sentence for people is `detail` there, the body of text and HTML answers, and, on\n" +
		"HTTP/1.1, the reason phrase. This page is generated from the table in `internal/index/codes.go`:\n" +
		"`go test ./internal/index -update`.\n\n| code | status | title | when |\n|---|---|---|---|\n")
	for _, info := range index.Codes() {
		fmt.Fprintf(&b, "| `%s` | %d | %s | %s |\n", info.Code, middleware.Status(info.Kind), info.Title, info.Meaning)
	}
	golden(t, "../../docs/ERRORS.md", b.String())
}

// TestEventsAreDocumentedAndUsed holds the audit actions to the same rule.
func TestEventsAreDocumentedAndUsed(t *testing.T) {
	rows := map[string]int{}
	action := regexp.MustCompile(`^[a-z]+(:[a-z_]+)+$`)
	for _, info := range index.EventActions() {
		rows[info.Action]++
		if !action.MatchString(info.Action) || !strings.HasSuffix(info.Meaning, ".") || !index.KnownEvent(info.Action) {
			t.Errorf("%+v is malformed", info)
		}
	}
	for name, value := range declared(t, "event.go", "Event") {
		if rows[value] != 1 {
			t.Errorf("%s (%q) stands %d times in the table, want once", name, value, rows[value])
		}
	}
	if index.KnownEvent("nobody:did:this") || index.KnownEvent("") {
		t.Error("an unknown action is known")
	}
	checkUse(t, "event.go", "Event", "EventInfo", "EventActions")
}

func TestSwitchesAreComplete(t *testing.T) {
	want := slices.Sorted(maps.Values(declared(t, "switches.go", "Switch")))
	if got := slices.Sorted(slices.Values(index.SwitchNames())); !slices.Equal(got, want) {
		t.Errorf("SwitchNames() = %v, the constants are %v", got, want)
	}
}
