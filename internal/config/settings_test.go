package config

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/SETTINGS.md")

// TestSettingsReference keeps docs/SETTINGS.md in step with the comments of
// Config's fields, which are its source.
func TestSettingsReference(t *testing.T) {
	const path = "../../docs/SETTINGS.md"
	want := "# Settings\n\nMade from the comments in `internal/config/config.go`. Where a profile decides, the default is given as private / public.\n\n" +
		"| key | default | meaning |\n|---|---|---|\n" + rows(t)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/SETTINGS.md is out of date; run go test ./internal/config -update")
	}
}

func rows(t *testing.T) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	private, public := resolved(t, "private"), resolved(t, "public")
	var b strings.Builder
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.StructType)
		if !ok {
			return true
		}
		doc := ""
		for i, f := range s.Fields.List {
			if f.Doc != nil {
				doc = strings.Join(strings.Fields(f.Doc.Text()), " ")
			}
			key := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("toml")
			b.WriteString("| `" + key + "` | " + defaults(private.Field(i), public.Field(i)) + " | " + doc + " |\n")
		}
		return false
	})
	return b.String()
}

func resolved(t *testing.T, profile string) reflect.Value {
	t.Helper()
	c := Default()
	c.Profile = profile
	c, err := c.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return reflect.ValueOf(c)
}

func defaults(private, public reflect.Value) string {
	a, b := show(private), show(public)
	if a == b {
		return a
	}
	return a + " / " + b
}

func show(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	text := fmt.Sprint(v.Interface())
	if text == "" || text == "[]" {
		return ""
	}
	return "`" + text + "`"
}
