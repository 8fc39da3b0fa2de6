package structure

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rows is the table of rows.txt.
type rows struct {
	row         map[string]float64  // package → row
	tests       map[string]bool     // packages that only tests may import
	importsOnly map[string][]string // package → the only packages of ours it imports
	onlyInto    map[string][]string // package → the only packages that import it
	httpClients map[string]bool     // packages below the doors that may call others over HTTP
}

// parseRows reads the table. A line it does not understand is an error: a typing mistake must not switch off a rule.
func parseRows(text string) (*rows, error) {
	table := &rows{
		row: map[string]float64{}, tests: map[string]bool{}, httpClients: map[string]bool{},
		importsOnly: map[string][]string{}, onlyInto: map[string][]string{},
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		head, list, ok := strings.Cut(line, ":")
		if !ok || !table.add(head, strings.Fields(list)) {
			return nil, fmt.Errorf("rows.txt: cannot read the line %q", line)
		}
	}
	return table, nil
}

// add takes one line of the table: what stands before the colon, and the packages after it.
func (r *rows) add(head string, packages []string) bool {
	words := strings.Fields(head)
	switch {
	case len(words) == 2 && words[0] == "row":
		number, err := strconv.ParseFloat(words[1], 64)
		for _, p := range packages {
			r.row[p] = number
		}
		return err == nil
	case head == "tests":
		mark(r.tests, packages)
	case head == "http clients":
		mark(r.httpClients, packages)
	case strings.HasSuffix(head, " imports only"):
		r.importsOnly[words[0]] = packages
	case strings.HasPrefix(head, "only into "):
		r.onlyInto[words[2]] = packages
	default:
		return false
	}
	return true
}

func mark(set map[string]bool, names []string) {
	for _, name := range names {
		set[name] = true
	}
}

// rowKey turns a folder into the name rows.txt uses.
func rowKey(dir string) string {
	return strings.TrimPrefix(dir, "internal/")
}

// family is the nearest listed folder: "blob" for "blob/dir", "" for a folder the table does not know.
func (r *rows) family(key string) string {
	for ; key != "."; key = path.Dir(key) {
		if _, ok := r.row[key]; ok || r.tests[key] {
			return key
		}
	}
	return ""
}

// ownImports lists the packages of ours that a file imports, as rows.txt names them, sorted.
func (f *file) ownImports() []string {
	var keys []string
	for name := range f.imports() {
		if dir, ok := strings.CutPrefix(name, module); ok {
			keys = append(keys, rowKey(dir))
		}
	}
	slices.Sort(keys)
	return keys
}

// brokenRows finds imports that do not point to a lower row. Tests are free: they may use the whole server.
func brokenRows(tr *tree) (found []string) {
	tr.eachCode(func(p *pkg, f *file) {
		from := tr.rows.family(p.key)
		if from == "" {
			found = append(found, f.path+": its package has no row; give it one in internal/structure/rows.txt")
			return
		}
		for _, key := range f.ownImports() {
			if why := tr.rows.forbid(from, tr.rows.family(key)); why != "" {
				found = append(found, fmt.Sprintf("%s: imports %s, %s", f.path, key, why))
			}
		}
	})
	return found
}

// forbid says why one family may not import another, or nothing.
func (r *rows) forbid(from, to string) string {
	switch {
	case from == to:
		return ""
	case to == "":
		return "which has no row in internal/structure/rows.txt"
	case r.tests[to]:
		return "which is for tests only"
	case r.tests[from]:
		return "but a package for tests imports nothing of ours"
	case r.row[to] >= r.row[from]:
		return fmt.Sprintf("which is in row %v; %s is in row %v and imports only from lower rows", r.row[to], from, r.row[from])
	}
	return ""
}

// brokenLimits finds imports against the "imports only" and "only into" lines.
func brokenLimits(tr *tree) (found []string) {
	tr.eachCode(func(p *pkg, f *file) {
		from := tr.rows.family(p.key)
		only, limited := tr.rows.importsOnly[from]
		for _, key := range f.ownImports() {
			to := tr.rows.family(key)
			if to == from {
				continue
			}
			if limited && !slices.Contains(only, to) {
				found = append(found, fmt.Sprintf("%s: imports %s, but %s imports only %s", f.path, key, from, strings.Join(only, ", ")))
			}
			if into, ok := tr.rows.onlyInto[to]; ok && !slices.Contains(into, from) {
				found = append(found, fmt.Sprintf("%s: imports %s, which only %s may import", f.path, key, strings.Join(into, ", ")))
			}
		}
	})
	return found
}

// importDepth is the number of steps in the longest chain of our own packages, and that chain.
func importDepth(tr *tree) (int, string) {
	chains := map[string][]string{}
	var longest func(dir string) []string
	longest = func(dir string) []string {
		if chain, done := chains[dir]; done {
			return chain
		}
		chains[dir] = []string{dir} // also ends a cycle, which the compiler reports
		var below []string
		if p := tr.packages[dir]; p != nil {
			for _, next := range p.ownDirs() {
				if chain := longest(next); len(chain) > len(below) {
					below = chain
				}
			}
		}
		chains[dir] = append([]string{dir}, below...)
		return chains[dir]
	}
	var deepest []string
	for _, dir := range slices.Sorted(maps.Keys(tr.packages)) {
		if chain := longest(dir); len(chain) > len(deepest) {
			deepest = chain
		}
	}
	return len(deepest) - 1, strings.Join(deepest, " → ")
}

// ownDirs lists the folders of ours that a package imports.
func (p *pkg) ownDirs() []string {
	set := map[string]bool{}
	for _, f := range p.code {
		for name := range f.imports() {
			if dir, ok := strings.CutPrefix(name, module); ok {
				set[dir] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func tooDeep(tr *tree) []string {
	if depth, chain := importDepth(tr); depth > 12 {
		return []string{fmt.Sprintf("imports are %d steps deep, the bar is 12: %s", depth, chain)}
	}
	return nil
}

func TestImportsPointToLowerRows(t *testing.T) { holds(t, brokenRows) }

func TestImportLimits(t *testing.T) { holds(t, brokenLimits) }

func TestImportDepth(t *testing.T) { holds(t, tooDeep) }

func TestRowsCatchPlanted(t *testing.T) {
	catches(t, brokenRows, map[string]string{
		"internal/blob/dir/a.go":          "package dir\nimport _ \"strongroom/internal/blob\"\n",
		"internal/blob/dir/a_test.go":     "package dir\nimport _ \"strongroom/internal/app\"\n",
		"internal/blob/b.go":              "package blob\nimport _ \"strongroom/internal/mail\"\n",
		"internal/clients/c.go":           "package clients\nimport _ \"strongroom/internal/index\"\n",
		"internal/database/d.go":          "package database\nimport _ \"strongroom/internal/queue\"\n",
		"internal/mail/m.go":              "package mail\nimport _ \"strongroom/internal/clients\"\n",
		"internal/packaging/p.go":         "package packaging\nimport _ \"strongroom/internal/packaging/dist\"\n",
		"internal/packaging/dist/d.go":    "package dist\nimport _ \"strongroom/internal/packaging/pep440\"\n",
		"internal/queue/q.go":             "package queue\nimport _ \"strongroom/internal/somewhere\"\n",
		"internal/somewhere/s.go":         "package somewhere\n",
		"internal/upload/u.go":            "package upload\nimport _ \"strongroom/internal/upload/check\"\n",
		"internal/web/web.go":             "package web\nimport _ \"strongroom/internal/web/browse\"\n",
		"cmd/strongroom/main.go":          "package main\nimport _ \"strongroom/internal/app\"\n",
		"internal/packaging/spdx/spdx.go": "package spdx\nimport _ \"strongroom/internal/packaging/pep508\"\n",
	},
		"blob/b.go: imports mail, which is in row 2",
		"clients/c.go: imports index, but a package for tests",
		"database/d.go: imports queue, which is in row 4",
		"mail/m.go: imports clients, which is for tests only",
		"packaging/p.go: imports packaging/dist, which is in row 0.4; packaging is in row 0",
		"spdx.go: imports packaging/pep508, which is in row 0.2",
		"queue/q.go: imports somewhere, which has no row",
		"somewhere/s.go: its package has no row")
}

func TestImportLimitsCatchPlanted(t *testing.T) {
	catches(t, brokenLimits, map[string]string{
		"cmd/strongroom/main.go":     "package main\nimport _ \"strongroom/internal/config\"\n",
		"internal/api/a.go":          "package api\nimport _ \"strongroom/internal/config\"\n",
		"internal/middleware/bad.go": "package middleware\nimport _ \"strongroom/internal/database\"\n",
		"internal/middleware/ok.go":  "package middleware\nimport _ \"strongroom/internal/index\"\n",
	},
		"api/a.go: imports config, which only app, cmd may import",
		"bad.go: imports database, but middleware imports only packaging, index")
}

func TestImportDepthCatchesPlanted(t *testing.T) {
	files := map[string]string{}
	for i := range 14 {
		files[fmt.Sprintf("internal/p%02d/p.go", i)] = fmt.Sprintf("package p\nimport _ \"strongroom/internal/p%02d\"\n", i+1)
	}
	catches(t, tooDeep, files, "imports are 14 steps deep")
	delete(files, "internal/p12/p.go")
	catches(t, tooDeep, files)
}

func TestRowsTableRefusesNonsense(t *testing.T) {
	for _, line := range []string{"row x: blob", "rows 1: blob", "blob", "only config: app"} {
		if _, err := parseRows(line); err == nil {
			t.Errorf("%q was accepted", line)
		}
	}
}
