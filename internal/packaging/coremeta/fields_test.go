package coremeta

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestFieldsAgreeWithPackaging: the table has the fields of the specification,
// with their age and whether they may be repeated (§5.1, M-02).
func TestFieldsAgreeWithPackaging(t *testing.T) {
	type fieldRow struct {
		Field, Since string
		Many         bool
	}
	want := rows[fieldRow](t, "testdata/fields.jsonl", 32)
	if len(fields()) != len(want) {
		t.Errorf("%d fields, packaging has %d", len(fields()), len(want))
	}
	for _, w := range want {
		at := slices.IndexFunc(fields(), func(f field) bool { return strings.EqualFold(f.header, w.Field) })
		if at < 0 || fields()[at].since != w.Since || fields()[at].many != w.Many {
			t.Errorf("%s: row %d, packaging has %+v", w.Field, at, w)
		}
	}
}

// TestFieldsOrder is M-03: three first, then by name.
func TestFieldsOrder(t *testing.T) {
	names := FieldNames()
	if !slices.Equal(names[:3], []string{"Metadata-Version", "Name", "Version"}) {
		t.Errorf("the table begins with %v", names[:3])
	}
	byName := func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }
	if !slices.IsSortedFunc(names[3:], byName) {
		t.Errorf("not in order: %v", names[3:])
	}
}

// complete is metadata with every field set.
func complete() Metadata {
	var m Metadata
	for _, f := range fields() {
		f.set(&m, []string{"a, https://example.com/" + f.header})
	}
	return m
}

// TestFieldsReachEveryMember: every member of the struct belongs to one row,
// and what a row sets it gets back.
func TestFieldsReachEveryMember(t *testing.T) {
	m := complete()
	value := reflect.ValueOf(m)
	for i := range value.NumField() {
		if value.Field(i).IsZero() {
			t.Errorf("no field sets %s", value.Type().Field(i).Name)
		}
	}
	for _, f := range fields() {
		var one Metadata
		f.set(&one, []string{"a, b"})
		if got := strings.Join(f.get(&one), ", "); got != "a, b" {
			t.Errorf("%s: set and got %q", f.header, got)
		}
		if f.get(&Metadata{}) != nil {
			t.Errorf("%s: set in empty metadata", f.header)
		}
	}
}

// TestJSON: metadata survives being stored as JSON, under PEP 566's names.
func TestJSON(t *testing.T) {
	none := Metadata{Name: "none", ImportNames: []string{}}
	for _, m := range []Metadata{{}, complete(), none} {
		encoded, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back Metadata
		if err := json.Unmarshal(encoded, &back); err != nil || !reflect.DeepEqual(m, back) {
			t.Errorf("%s: got %+v, %v", encoded, back, err)
		}
	}
	encoded, err := json.Marshal(none)
	if err != nil || string(encoded) != `{"name":"none","import_name":[]}` {
		t.Errorf("got %s, %v", encoded, err)
	}
	kind := reflect.TypeFor[Metadata]()
	var names []string
	for i := range kind.NumField() {
		name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	for _, f := range fields() {
		if name := strings.ToLower(strings.ReplaceAll(f.header, "-", "_")); !slices.Contains(names, name) {
			t.Errorf("no member has the JSON name %s", name)
		}
	}
}
