package index_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// declared reads the constants of this package whose name begins with prefix: name → value.
func declared(t *testing.T, file, prefix string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(parsed, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) || len(spec.Values) == 0 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			if out[spec.Names[0].Name], err = strconv.Unquote(literal.Value); err != nil {
				t.Fatal(err)
			}
		}
		return true
	})
	if len(out) == 0 {
		t.Fatalf("%s declares no %s…", file, prefix)
	}
	return out
}

// uses finds the names with the prefix that the program uses, tests and the file that declares them aside.
func uses(t *testing.T, declaredIn, prefix string) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	for _, path := range program(t) {
		if strings.HasSuffix(path, declaredIn) {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		qualified := parsed.Name.Name != "index"
		ast.Inspect(parsed, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "index" && strings.HasPrefix(n.Sel.Name, prefix) {
					used[n.Sel.Name] = true
				}
			case *ast.Ident:
				if !qualified && strings.HasPrefix(n.Name, prefix) {
					used[n.Name] = true
				}
			}
			return true
		})
	}
	return used
}

// program lists the Go files of the whole repository that are built into it.
func program(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".."):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d Go files were found", len(files))
	}
	return files
}

// checkUse fails for what is declared and never used: a closed list must say nothing that cannot happen.
func checkUse(t *testing.T, file, prefix string, except ...string) {
	t.Helper()
	used := uses(t, "internal/index/"+file, prefix)
	for _, name := range slices.Sorted(maps.Keys(declared(t, file, prefix))) {
		if !used[name] && !slices.Contains(except, name) {
			t.Errorf("%s is documented but nothing uses it; remove it until something does", name)
		}
	}
}

// golden compares a file of the repository with what it must hold, or writes it with -update.
func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, path) != want {
		t.Errorf("%s is out of date; run: go test ./internal/index -update", path)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// literals lists the texts in a Go file.
func literals(t *testing.T, path string) (texts []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			texts = append(texts, literal.Value)
		}
		return true
	})
	return texts
}
