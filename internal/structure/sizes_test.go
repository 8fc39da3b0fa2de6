package structure

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"math"
	"slices"
	"strings"
	"testing"
)

// measured is one thing with its size: a function's lines, an interface's methods.
type measured struct {
	size int
	what string
}

// bar is the most that a share of the things may have: {0.90, 38} reads "nine of ten have at most 38".
type bar struct {
	share float64
	most  int
}

// over says which bars the sizes break, each with the largest offenders. Sizes come back sorted.
func over(unit string, sizes []measured, bars ...bar) (found []string) {
	slices.SortFunc(sizes, func(a, b measured) int { return a.size - b.size })
	for _, b := range bars {
		if got := quantile(sizes, b.share); got > b.most {
			found = append(found, fmt.Sprintf("%s, p%g: %d, the bar is %d; the largest: %s",
				unit, b.share*100, got, b.most, largest(sizes, b.most)))
		}
	}
	return found
}

// quantile is the smallest size that the given share of the things does not exceed; sizes are sorted.
func quantile(sizes []measured, share float64) int {
	if len(sizes) == 0 {
		return 0
	}
	rank := math.Ceil(share*float64(len(sizes)) - 1e-9) // 0.9 of 10 is the ninth, whatever the rounding
	return sizes[int(rank)-1].size
}

// largest names up to eight things above a size, the largest first.
func largest(sizes []measured, above int) string {
	var names []string
	for _, m := range slices.Backward(sizes) {
		if m.size <= above || len(names) == 8 {
			break
		}
		names = append(names, fmt.Sprintf("%s (%d)", m.what, m.size))
	}
	return strings.Join(names, ", ")
}

// summary prints p50, p90, p99 and the maximum for the log.
func summary(sizes []measured) string {
	return fmt.Sprintf("p50 %d, p90 %d, p99 %d, max %d, n %d", quantile(sizes, 0.5), quantile(sizes, 0.9),
		quantile(sizes, 0.99), quantile(sizes, 1), len(sizes))
}

// functions measures every function of the program; files that a generator wrote are not ours to shape.
func functions(tr *tree, size func(*ast.FuncDecl) int) (all []measured) {
	tr.eachCode(func(_ *pkg, f *file) {
		if ast.IsGenerated(f.ast) {
			return
		}
		for _, decl := range f.ast.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				all = append(all, measured{size(fn), tr.at(fn) + " " + fn.Name.Name})
			}
		}
	})
	return all
}

// functionLines counts from the line of func to the line of the closing brace.
func functionLines(tr *tree) []measured {
	return functions(tr, func(fn *ast.FuncDecl) int {
		return tr.fset.Position(fn.End()).Line - tr.fset.Position(fn.Pos()).Line + 1
	})
}

// complexity counts the ways through a function: one, and one more for every branch.
func complexity(fn *ast.FuncDecl) int {
	ways := 1
	ast.Inspect(fn, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			ways++
		case *ast.CaseClause:
			if n.List != nil {
				ways++
			}
		case *ast.CommClause:
			if n.Comm != nil {
				ways++
			}
		case *ast.BinaryExpr:
			if n.Op == token.LAND || n.Op == token.LOR {
				ways++
			}
		}
		return true
	})
	return ways
}

func fileLines(tr *tree) (all []measured) {
	tr.eachCode(func(_ *pkg, f *file) {
		if !ast.IsGenerated(f.ast) {
			all = append(all, measured{f.lines, f.path})
		}
	})
	return all
}

// interfaceWidths counts the methods of every named interface, those it takes from others of its package included.
func interfaceWidths(tr *tree) (all []measured) {
	for _, p := range tr.sorted() {
		resolved, _ := p.resolve(tr.fset)
		for _, name := range resolved.Scope().Names() {
			if wide, ok := resolved.Scope().Lookup(name).Type().Underlying().(*types.Interface); ok {
				all = append(all, measured{wide.NumMethods(), p.dir + " " + name})
			}
		}
	}
	return all
}

func longFunctions(tr *tree) []string {
	return over("lines of a function", functionLines(tr), bar{0.5, 12}, bar{0.9, 38}, bar{0.99, 75}, bar{1, 90})
}

func complexFunctions(tr *tree) []string {
	return over("ways through a function", functions(tr, complexity), bar{0.99, 12})
}

func longFiles(tr *tree) []string {
	return over("lines of a file", fileLines(tr), bar{0.9, 300}, bar{1, 600})
}

func wideInterfaces(tr *tree) []string {
	return over("methods of an interface", interfaceWidths(tr), bar{1, 6})
}

// testRatio is the lines of tests for each line of code.
func testRatio(tr *tree) float64 {
	var code, tests int
	for _, p := range tr.sorted() {
		for _, f := range p.code {
			code += f.lines
		}
		for _, f := range p.tests {
			tests += f.lines
		}
	}
	return float64(tests) / float64(max(code, 1))
}

func TestFunctionsAreShort(t *testing.T) { holds(t, longFunctions) }

func TestFunctionsAreSimple(t *testing.T) { holds(t, complexFunctions) }

func TestFilesAreShort(t *testing.T) { holds(t, longFiles) }

func TestInterfacesAreNarrow(t *testing.T) { holds(t, wideInterfaces) }

// TestFigures logs what is measured (go test -v) and holds what can only be wrong by mistake: that something was read.
func TestFigures(t *testing.T) {
	tr, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	lines, ways, files := functionLines(tr), functions(tr, complexity), fileLines(tr)
	for unit, sizes := range map[string][]measured{"function lines": lines, "cyclomatic": ways, "file lines": files} {
		over(unit, sizes)
		t.Logf("%s: %s", unit, summary(sizes))
	}
	depth, chain := importDepth(tr)
	t.Logf("import depth: %d (%s)", depth, chain)
	t.Logf("test : code = %.2f (the aim is 0.9 to 1.3)", testRatio(tr))
	if len(lines) == 0 || len(files) == 0 || testRatio(tr) == 0 {
		t.Error("nothing was measured")
	}
}

// body is a function of the given number of lines.
func body(lines int) string {
	return "func f() {\n" + strings.Repeat("\n", lines-2) + "}\n"
}

func TestLongFunctionsAreCaught(t *testing.T) {
	catches(t, longFunctions, map[string]string{"internal/a/a.go": "package a\n" + strings.Repeat(body(4), 200) + body(90)})
	catches(t, longFunctions, map[string]string{"internal/a/a.go": "package a\n" + strings.Repeat(body(4), 200) + body(91)},
		"p100: 91, the bar is 90; the largest: internal/a/a.go:802 f (91)")
	catches(t, longFunctions, map[string]string{"internal/a/a.go": "package a\n" + strings.Repeat(body(4), 20) + strings.Repeat(body(39), 10)},
		"p90: 39, the bar is 38")
	catches(t, longFunctions, map[string]string{"internal/a/a.go": "package a\n" + body(13)}, "p50: 13, the bar is 12")
	catches(t, longFunctions, map[string]string{"internal/a/a_test.go": "package a\n" + body(91)})
	catches(t, longFunctions, map[string]string{"internal/a/a.go": "// Code generated by hand. DO NOT EDIT.\n\npackage a\n" + body(91)})
}

func TestComplexFunctionsAreCaught(t *testing.T) {
	twelve := "if a && b || c {\n}\nfor {\nbreak\n}\nfor range x {\n}\nswitch {\ncase a:\ncase b:\ndefault:\n}\n" +
		"select {\ncase <-c:\ncase <-d:\ndefault:\n}\ng := func() {\nif a {\n}\nif b {\n}\n}\n"
	catches(t, complexFunctions, map[string]string{"internal/a/a.go": "package a\nfunc f() {\n" + twelve + "}\n"})
	catches(t, complexFunctions, map[string]string{"internal/a/a.go": "package a\nfunc f() {\n" + twelve + "if c {\n}\n}\n"},
		"p99: 13, the bar is 12")
}

func TestLongFilesAreCaught(t *testing.T) {
	long := "package a\n" + strings.Repeat("\n", 600)
	catches(t, longFiles, map[string]string{"internal/a/a.go": long}, "p90: 601, the bar is 300", "p100: 601, the bar is 600")
	catches(t, longFiles, map[string]string{"internal/a/a.go": long[:600], "internal/a/a_test.go": long}, "p90: 591, the bar is 300")
	catches(t, longFiles, map[string]string{"internal/a/a.go": "// Code generated by hand. DO NOT EDIT.\n\n" + long})
}

func TestWideInterfacesAreCaught(t *testing.T) {
	const narrow = "package a\ntype n interface{ A(); B(); C(); D(); E(); F() }\n"
	catches(t, wideInterfaces, map[string]string{"internal/a/a.go": narrow})
	catches(t, wideInterfaces, map[string]string{"internal/a/a.go": narrow + "type w interface { n; G() }\n"},
		"p100: 7, the bar is 6; the largest: internal/a w (7)")
}
