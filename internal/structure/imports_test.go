package structure

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// firstDoorRow is the lowest row that may answer HTTP.
const firstDoorRow = 8

// outsideWorld says whether an import reaches beyond memory: rules and nouns (rows 0 and 1) stay pure.
func outsideWorld(name string) bool {
	return slices.Contains([]string{"os", "net", "syscall"}, name) || isSQL(name) ||
		strings.HasPrefix(name, "os/") || strings.HasPrefix(name, "net/http")
}

// isSQL says whether an import is a way to a database.
func isSQL(name string) bool {
	for _, prefix := range []string{"database/sql", "modernc.org/sqlite", "github.com/jackc/pgx", "github.com/pressly/goose"} {
		if name == prefix || strings.HasPrefix(name, prefix+"/") {
			return true
		}
	}
	return false
}

// forbidStd says why a package must not import something that is not ours, or nothing.
func (r *rows) forbidStd(key, name string) string {
	family := r.family(key)
	row, listed := r.row[family]
	switch {
	case !listed:
		return ""
	case row < 2 && outsideWorld(name):
		return "but rows 0 and 1 are pure: no files, no network, no database"
	case isSQL(name) && family != "database":
		return "but only internal/database speaks SQL"
	case strings.HasPrefix(name, "net/http") && row < firstDoorRow && !r.httpClients[key] && !r.httpClients[family]:
		return fmt.Sprintf("but HTTP begins at row %d (list a pure client under \"http clients\" in rows.txt)", firstDoorRow)
	}
	return ""
}

// impureImports finds files, network, databases and HTTP where they do not belong. Tests are free.
func impureImports(tr *tree) (found []string) {
	tr.eachCode(func(p *pkg, f *file) {
		imports := f.imports()
		for _, name := range slices.Sorted(maps.Keys(imports)) {
			if why := tr.rows.forbidStd(p.key, name); why != "" {
				found = append(found, fmt.Sprintf("%s: imports %s, %s", tr.at(imports[name]), name, why))
			}
		}
	})
	return found
}

// sqlShapes are what statements look like. Upper-case keywords are enough; in lower case the words also occur in
// sentences ("select a file", "update the page"), so there the shape must be a statement's.
func sqlShapes() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE \w+ (AS \w+ )?SET|DELETE FROM)\s`),
		regexp.MustCompile(`^\s*(CREATE|ALTER|DROP) (TABLE|INDEX|UNIQUE|VIEW|TRIGGER)\s|^\s*WITH (RECURSIVE )?\w+.* AS\s*\(`),
		regexp.MustCompile(`(?i)^\s*select\s+(distinct\s+)?[\w.*()]+(\s*,\s*[\w.*()]+)*\s+from\s+\w+`),
		regexp.MustCompile(`(?i)^\s*insert\s+into\s+\w+\s*(\(|values\b|select\b)`),
		regexp.MustCompile(`(?i)^\s*update\s+\w+\s+set\s+\w+\s*=`),
		regexp.MustCompile(`(?i)^\s*delete\s+from\s+\w+\s*(where\b|;|$)`),
	}
}

// straySQL finds statements outside internal/database. Tests are free.
func straySQL(tr *tree) (found []string) {
	shapes := sqlShapes()
	tr.eachCode(func(p *pkg, f *file) {
		if tr.rows.family(p.key) == "database" {
			return
		}
		ast.Inspect(f.ast, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err == nil && slices.ContainsFunc(shapes, func(shape *regexp.Regexp) bool { return shape.MatchString(text) }) {
				found = append(found, tr.at(literal)+": SQL text; move it to internal/database")
			}
			return true
		})
	})
	return found
}

func TestImportsStayPure(t *testing.T) { holds(t, impureImports) }

func TestSQLStaysInDatabase(t *testing.T) { holds(t, straySQL) }

func TestImpureImportsAreCaught(t *testing.T) {
	catches(t, impureImports, map[string]string{
		"internal/api/a.go":            "package api\nimport _ \"net/http\"\n",
		"internal/blob/s3/s.go":        "package s3\nimport _ \"net/http\"\n",
		"internal/database/d.go":       "package database\nimport _ \"database/sql\"\n",
		"internal/index/i.go":          "package index\nimport _ \"net/url\"\nimport _ \"os\"\n",
		"internal/index/i_test.go":     "package index\nimport _ \"os\"\n",
		"internal/packaging/p.go":      "package packaging\nimport _ \"net\"\n",
		"internal/pages/p.go":          "package pages\nimport _ \"net/http/httptest\"\n",
		"internal/queue/q.go":          "package queue\nimport _ \"github.com/jackc/pgx/v5/stdlib\"\n",
		"internal/packaging/dist/d.go": "package dist\nimport _ \"database/sql/driver\"\n",
	},
		"i.go:3: imports os, but rows 0 and 1 are pure",
		"p.go:2: imports net, but rows 0 and 1",
		"d.go:2: imports database/sql/driver, but rows 0 and 1",
		"imports net/http/httptest, but HTTP begins at row 8",
		"imports github.com/jackc/pgx/v5/stdlib, but only internal/database")
}

func TestStraySQLIsCaught(t *testing.T) {
	statements := []string{
		"SELECT id FROM files", "\\n  SELECT count(*) AS n FROM files", "select id, name from files", "select * from files",
		"INSERT INTO files VALUES ($1)", "insert into files (id) values ($1)", "UPDATE files SET size = 1",
		"update files set size = 1", "DELETE FROM files", "delete from files where id = $1", "CREATE TABLE files (id int)",
		"WITH latest AS (SELECT 1) SELECT 2",
	}
	for _, statement := range statements {
		source := "package api\nconst q = \"" + statement + "\"\n"
		catches(t, straySQL, map[string]string{"internal/api/a.go": source}, "a.go:2: SQL text")
		catches(t, straySQL, map[string]string{"internal/api/a_test.go": source, "internal/database/d.go": source})
	}
	for _, sentence := range []string{
		"select a file from the list", "update the set of files", "delete from here on", "insert into the folder", "selected",
		"with care as ever", "update packages set up before", "SELECTED files",
	} {
		catches(t, straySQL, map[string]string{"internal/api/a.go": "package api\nconst q = \"" + sentence + "\"\n"})
	}
}
