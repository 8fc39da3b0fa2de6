package app_test

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/api/v1"
	"strongroom/internal/app/apptest"
	"strongroom/internal/middleware"
)

// TestFN1PagesAndOperations: each form on which owners change something stands in
// the table of docs/API.md, and what the table says is an operation is one.
func TestFN1PagesAndOperations(t *testing.T) {
	text, err := os.ReadFile("../../docs/API.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `(/manage[^`]+)` \\| (?:–|`([A-Z]+) ([^`]+)`) \\|$").FindAllStringSubmatch(string(text), -1)
	if len(rows) < 15 {
		t.Fatalf("the table has %d rows", len(rows))
	}
	s := apptest.Start(t)
	for _, row := range rows {
		if row[2] != "" && !slices.ContainsFunc(s.Routes, func(r middleware.Route) bool { return r.Methods == row[2] && r.Path == v1.Base+row[3] }) {
			t.Errorf("%s: there is no operation %s %s", row[1], row[2], row[3])
		}
	}
	for _, route := range s.Routes {
		form := strings.TrimSuffix(route.Path, "{$}")
		if !strings.Contains(route.Methods, http.MethodPost) || !strings.HasPrefix(form, "/manage/") {
			continue
		}
		known := slices.ContainsFunc(rows, func(row []string) bool {
			begin, all := strings.CutSuffix(row[1], "…")
			return row[1] == form || all && strings.HasPrefix(form, begin)
		})
		if !known {
			t.Errorf("the form %s is not in the table of docs/API.md: which operation does the same?", form)
		}
	}
}
