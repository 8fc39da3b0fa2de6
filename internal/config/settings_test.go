package config

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/SETTINGS.md")

// TestSettingsReference keeps docs/SETTINGS.md in step with the comments of
// Config's fields, which are its source.
func TestSettingsReference(t *testing.T) {
	const path = "../../docs/SETTINGS.md"
	want := "# Settings\n\nMade from the comments in `internal/config`. A key with a dot stands in the table of that name (`[gate]`). Where a profile decides, the default is given as private / public.\n\n" +
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
	private, public := leaves(resolved(t, "private")), leaves(resolved(t, "public"))
	docs := slices.Concat(comments(t, "config.go", ""), comments(t, "password.go", "password_breach."), comments(t, "oidc.go", "oidc."),
		comments(t, "ldap.go", "ldap."), comments(t, "deletion.go", "deletion."), comments(t, "names.go", "names."), comments(t, "gate.go", "gate."), comments(t, "mail.go", "mail."), comments(t, "docs.go", "docs."),
		comments(t, "moderation.go", "moderation."))
	if len(docs) != len(private) {
		t.Fatalf("%d comments for %d settings", len(docs), len(private))
	}
	var b strings.Builder
	for i, l := range private {
		if docs[i].key != l.key {
			t.Fatalf("the comment of %s stands where %s is", docs[i].key, l.key)
		}
		b.WriteString("| `" + l.key + "` | " + defaults(l.value, public[i].value) + " | " + docs[i].text + " |\n")
	}
	return b.String()
}

type comment struct{ key, text string }

// comments reads the fields' comments of the first struct in a file. A field
// without one shares that above it; tables have none of their own.
func comments(t *testing.T, name, prefix string) (out []comment) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.StructType)
		if !ok {
			return true
		}
		doc := ""
		for _, f := range s.Fields.List {
			if f.Doc != nil {
				doc = strings.Join(strings.Fields(f.Doc.Text()), " ")
			}
			if table, ok := f.Type.(*ast.Ident); ok && table.IsExported() {
				continue
			}
			key := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("toml")
			out = append(out, comment{prefix + key, doc})
		}
		return false
	})
	return out
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
