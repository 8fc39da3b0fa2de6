package structure

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// undocumentedPackages finds packages without a package comment.
func undocumentedPackages(tr *tree) (found []string) {
	for _, p := range tr.sorted() {
		documented := slices.ContainsFunc(p.code, func(f *file) bool { return hasText(f.ast.Doc) })
		if len(p.code) > 0 && !documented {
			found = append(found, p.dir+": no package comment; say what the package promises")
		}
	}
	return found
}

// undocumentedNames finds exported functions, methods, types, constants and variables without a comment. A group's
// comment serves all of its members, and a comment at the end of a line serves that line.
func undocumentedNames(tr *tree) (found []string) {
	tr.eachCode(func(_ *pkg, f *file) {
		for _, decl := range f.ast.Decls {
			for _, name := range undocumented(decl) {
				found = append(found, fmt.Sprintf("%s: exported %s has no comment", tr.at(name), name.Name))
			}
		}
	})
	return found
}

// undocumented lists the exported names of one declaration that no comment explains.
func undocumented(decl ast.Decl) (names []*ast.Ident) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && !hasText(d.Doc) && (d.Recv == nil || ast.IsExported(receiver(d))) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		if d.Tok == token.IMPORT || d.Tok != token.TYPE && d.Lparen.IsValid() && hasText(d.Doc) {
			return nil
		}
		for _, spec := range d.Specs {
			names = append(names, undocumentedSpec(d, spec)...)
		}
	}
	return names
}

func undocumentedSpec(group *ast.GenDecl, spec ast.Spec) (names []*ast.Ident) {
	var docs []*ast.CommentGroup
	if !group.Lparen.IsValid() {
		docs = append(docs, group.Doc)
	}
	var declared []*ast.Ident
	switch s := spec.(type) {
	case *ast.TypeSpec:
		declared, docs = []*ast.Ident{s.Name}, append(docs, s.Doc, s.Comment)
	case *ast.ValueSpec:
		declared, docs = s.Names, append(docs, s.Doc, s.Comment)
	}
	if slices.ContainsFunc(docs, hasText) {
		return nil
	}
	for _, name := range declared {
		if name.IsExported() {
			names = append(names, name)
		}
	}
	return names
}

// hasText is false for a comment of directives (//go:embed) alone.
func hasText(doc *ast.CommentGroup) bool {
	return doc != nil && strings.TrimSpace(doc.Text()) != ""
}

// receiver is the name of the type that a method belongs to.
func receiver(method *ast.FuncDecl) string {
	expr := method.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

// vagueNames finds packages that are named for nothing in particular, so that anything could end up there.
func vagueNames(tr *tree) (found []string) {
	vague := []string{"util", "utils", "common", "core", "types", "helpers", "helper", "misc"}
	for _, p := range tr.sorted() {
		for _, f := range slices.Concat(p.code, p.tests)[:1] {
			name := strings.TrimSuffix(f.ast.Name.Name, "_test")
			if slices.Contains(vague, name) || slices.Contains(vague, path.Base(p.dir)) {
				found = append(found, p.dir+": a vague package name; name it for the one thing it does")
			}
		}
	}
	return found
}

func TestPackagesAreDocumented(t *testing.T) { holds(t, undocumentedPackages) }

func TestExportedNamesAreDocumented(t *testing.T) { holds(t, undocumentedNames) }

func TestPackageNamesSaySomething(t *testing.T) { holds(t, vagueNames) }

func TestUndocumentedPackageIsCaught(t *testing.T) {
	catches(t, undocumentedPackages, map[string]string{
		"internal/a/a.go":      "package a\n",
		"internal/b/b.go":      "// Package b does.\npackage b\n",
		"internal/b/c.go":      "package b\n",
		"internal/c/c_test.go": "package c\n",
		"internal/d/d.go":      "//go:build linux\n\npackage d\n",
	}, "internal/a: no package comment", "internal/d: no package comment")
}

func TestUndocumentedNamesAreCaught(t *testing.T) {
	for _, source := range []string{
		"func F() {}", "type T int", "const C = 1", "var V = []int{}", "// T is.\ntype T int\nfunc (*T) M() {}",
		"// All.\ntype (\nT int\n)", "const (\nC = 1\n)", "// T is.\ntype T[K any] struct{}\nfunc (T[K]) M() {}",
		"//go:noinline\nfunc F() {}",
	} {
		catches(t, undocumentedNames, map[string]string{"internal/a/a.go": "package a\n" + source + "\n"}, "has no comment")
	}
	catches(t, undocumentedNames, map[string]string{
		"internal/a/a_test.go": "package a\nfunc TestF() {}\n",
		"internal/a/a.go": "package a\nimport `fmt`\n// F does.\nfunc F() {}\nfunc f() {}\ntype t int\nfunc (t) M() {}\n" +
			"// All.\nconst (\nA = 1\nB = 2\n)\nconst (\nC = 1 // see C\n// D is.\nD = 2\n)\ntype (\n// T is.\nT int\n)\n",
	})
}

func TestVagueNamesAreCaught(t *testing.T) {
	catches(t, vagueNames, map[string]string{
		"internal/util/a.go":     "package stuff\n",
		"internal/b/b.go":        "package helpers\n",
		"internal/coremeta/c.go": "package coremeta\n",
		"internal/d/d_test.go":   "package d_test\n",
	}, "internal/b:", "internal/util:")
}
