package pep440

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oracle returns the rows of a data file of answers by PyPA's library, which
// testdata/generate.py prints. A file with fewer rows than least is broken.
func oracle(t testing.TB, name string, columns, least int) [][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) < columns {
			t.Fatalf("%s: %d columns in %q", name, len(row), line)
		}
		rows = append(rows, row)
	}
	if len(rows) < least {
		t.Fatalf("%s: %d rows", name, len(rows))
	}
	return rows
}

// unquote reads a text that the data files write as a JSON string.
func unquote(t testing.TB, text string) (s string) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

func mustParse(t testing.TB, text string) Version {
	t.Helper()
	v, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustParseSet(t testing.TB, text string) SpecifierSet {
	t.Helper()
	set, err := ParseSpecifierSet(text)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func parseAll(t testing.TB, texts []string) []Version {
	t.Helper()
	versions := make([]Version, len(texts))
	for i, text := range texts {
		versions[i] = mustParse(t, text)
	}
	return versions
}
