package coremeta

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// rows reads a JSON-lines file of testdata, at least n lines.
func rows[T any](t *testing.T, path string, n int) []T {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []T
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if len(all) < n {
		t.Fatalf("%s has only %d rows", path, len(all))
	}
	return all
}

// fileRow is a line of files.jsonl, written by metadata.py.
type fileRow struct {
	File   []byte
	Fields map[string]any
	Bad    []string
}

// TestParseAgreesWithPackaging: headers, continuation lines, body and repeated
// fields are read as PyPA's packaging reads them (M-06).
func TestParseAgreesWithPackaging(t *testing.T) {
	for _, row := range rows[fileRow](t, "testdata/files.jsonl", 300) {
		compareWithPackaging(t, row)
	}
}

func compareWithPackaging(t *testing.T, row fileRow) {
	t.Helper()
	m, err := Parse(row.File)
	var bad []string
	if problems, ok := errors.AsType[*ParseError](err); ok {
		for _, p := range problems.Problems {
			bad = append(bad, strings.ToLower(p.Field))
		}
	}
	slices.Sort(bad)
	if !slices.Equal(bad, row.Bad) {
		t.Errorf("%q: bad fields %v, packaging has %v", row.File, bad, row.Bad)
	}
	encoded, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(encoded, &got); err != nil {
		t.Fatal(err)
	}
	for name := range row.Fields {
		if !reflect.DeepEqual(got[name], row.Fields[name]) {
			t.Errorf("%q: %s is %q, packaging has %q", row.File, name, got[name], row.Fields[name])
		}
	}
	for name := range got {
		if row.Fields[name] == nil {
			t.Errorf("%q: %s is %q, packaging has nothing", row.File, name, got[name])
		}
	}
}

// TestValidateAgreesWithPackaging: each value is accepted or refused as by
// packaging, with the differences named here.
func TestValidateAgreesWithPackaging(t *testing.T) {
	type valueRow struct {
		Field, Value string
		OK           bool
	}
	stricter := map[string]bool{
		"dynamic: Dynamic": true, // not in PyPI's list (M-04)
	}
	for _, row := range rows[valueRow](t, "testdata/values.jsonl", 150) {
		m := Metadata{MetadataVersion: "2.6", Name: "packaging", Version: "1.0"}
		for _, f := range fields() {
			if strings.EqualFold(f.header, row.Field) {
				f.set(&m, []string{row.Value})
			}
		}
		problems := m.Validate(Options{})
		want := row.OK && !stricter[row.Field+": "+row.Value]
		if (len(problems) == 0) != want {
			t.Errorf("%s: %q: packaging says ok %v, here %v", row.Field, row.Value, row.OK, problems)
		}
		for _, p := range problems {
			if !strings.EqualFold(p.Field, row.Field) {
				t.Errorf("%s: %q: problem of another field: %v", row.Field, row.Value, p)
			}
		}
	}
}
