package app_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/api/v1"
	"strongroom/internal/app/apptest"
	"strongroom/internal/middleware"
)

// guide is what docs/API.md says of the pages: which operation does the same, and
// which are for browsers only.
type guide struct {
	operations map[string]string // by method and path of the page
	browsers   []string          // paths; one that ends in … stands for all below it
}

func readGuide(t *testing.T) guide {
	t.Helper()
	text, err := os.ReadFile("../../docs/API.md")
	if err != nil {
		t.Fatal(err)
	}
	g := guide{operations: map[string]string{}}
	for _, row := range regexp.MustCompile("(?m)^\\| `((?:GET|POST) /[^`]+)` \\| `([A-Z]+ /[^`]+)` \\|$").FindAllStringSubmatch(string(text), -1) {
		g.operations[row[1]] = row[2]
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(/[^` ]+)` \\| \\S.+ \\|$").FindAllStringSubmatch(string(text), -1) {
		g.browsers = append(g.browsers, row[1])
	}
	return g
}

// forBrowsers reports whether the guide says why a path has no operation.
func (g guide) forBrowsers(path string) bool {
	return slices.ContainsFunc(g.browsers, func(row string) bool {
		begin, all := strings.CutSuffix(row, "…")
		return row == path || all && strings.HasPrefix(path, begin)
	})
}

// missing lists the pages and forms of owners about which the guide says nothing,
// and the operations in it that are none.
func (g guide) missing(routes []middleware.Route) (out []string) {
	operations, pages := map[string]bool{}, map[string]bool{}
	for _, route := range routes {
		if path, ours := strings.CutPrefix(route.Path, v1.Base); ours {
			operations[route.Methods+" "+path] = true
		}
		for method := range strings.FieldsSeq(route.Methods) {
			pages[method+" "+strings.TrimSuffix(route.Path, "{$}")] = true
		}
	}
	for page := range pages {
		method, path, _ := strings.Cut(page, " ")
		owners := strings.HasPrefix(path, "/manage/") || strings.HasPrefix(path, "/account/verify-")
		if owners && !pages[method+" "+path+"/"] && g.operations[page] == "" && !g.forBrowsers(path) { // without its last slash an address leads to the page
			out = append(out, page+": which operation does the same?")
		}
	}
	for page, operation := range g.operations {
		if !operations[operation] || !pages[page] {
			out = append(out, page+": there is no such page, or no operation "+operation)
		}
	}
	return out
}

// TestFN1PagesAndOperations: each page on which owners see or change something
// stands in the table of docs/API.md, and what the table says is an operation is one.
func TestFN1PagesAndOperations(t *testing.T) {
	s, g := apptest.Start(t), readGuide(t)
	if len(g.operations) < 60 || len(g.browsers) < 3 {
		t.Fatalf("the tables have %d and %d rows", len(g.operations), len(g.browsers))
	}
	for _, wrong := range g.missing(s.Routes) {
		t.Error(wrong)
	}
	planted := append(slices.Clone(s.Routes), middleware.Route{Methods: "GET POST", Path: "/manage/organization/{organization}/new/{$}"})
	if wrong := g.missing(planted); len(wrong) != 2 {
		t.Errorf("a page that nobody wrote down: %v", wrong)
	}
}
