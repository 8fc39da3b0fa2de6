package structure

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// emptyImporter answers every import with an empty package, so that one package can be resolved without the others:
// local names are then told from package-level ones even while the tree does not compile.
type emptyImporter struct{}

func (emptyImporter) Import(name string) (*types.Package, error) {
	base := path.Base(name)
	if regexp.MustCompile(`^v\d+$`).MatchString(base) {
		base = path.Base(path.Dir(name))
	}
	imported := types.NewPackage(name, base)
	imported.MarkComplete()
	return imported, nil
}

// resolve finds out what each identifier of a package's code means, as far as that can be known without its imports.
func (p *pkg) resolve(fset *token.FileSet) (*types.Package, *types.Info) {
	var files []*ast.File
	for _, f := range p.code {
		files = append(files, f.ast)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: emptyImporter{}, FakeImportC: true, Error: func(error) {}}
	resolved, _ := config.Check(p.dir, fset, files, info) // errors are expected: the imports are empty
	return resolved, info
}

// early is the one package that may act before main: it makes the program a child of the sandbox before other packages
// begin (its comment says why).
const early = "internal/child"

// inits finds init functions: nothing happens before main begins.
func inits(tr *tree) (found []string) {
	for _, p := range tr.sorted() {
		for _, f := range slices.Concat(p.code, p.tests) {
			for _, decl := range f.ast.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" && p.dir != early {
					found = append(found, tr.at(fn)+": an init function; call it from where it is needed")
				}
			}
		}
	}
	return found
}

// mutableVars finds package-level variables that could change: by what they hold, and by what functions do to them.
func mutableVars(tr *tree) (found []string) {
	for _, p := range tr.sorted() {
		for _, f := range p.code {
			for _, decl := range f.ast.Decls {
				if group, ok := decl.(*ast.GenDecl); ok && group.Tok == token.VAR {
					found = append(found, tr.badValues(group)...)
				}
			}
		}
		found = append(found, tr.assignments(p)...)
	}
	return found
}

// badValues looks at the values that package-level variables begin with.
func (tr *tree) badValues(group *ast.GenDecl) (found []string) {
	for _, s := range group.Specs {
		spec := s.(*ast.ValueSpec)
		if embedded(group.Doc) || embedded(spec.Doc) {
			continue
		}
		for i, name := range spec.Names {
			var value ast.Expr
			if i < len(spec.Values) {
				value = spec.Values[i]
			}
			if name.Name != "_" && !constantValue(name.Name, value) {
				found = append(found, fmt.Sprintf("%s: package variable %s could change or costs at start; "+
					"make it a constant, a table, a function or a sync.OnceValue", tr.at(name), name.Name))
			}
		}
	}
	return found
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// constantValue says whether a variable holds what never changes: an error, a table, a compiled pattern, a value
// computed on first use.
func constantValue(name string, value ast.Expr) bool {
	if strings.HasPrefix(name, "err") || strings.HasPrefix(name, "Err") {
		return value != nil
	}
	switch v := value.(type) {
	case *ast.UnaryExpr:
		_, table := v.X.(*ast.CompositeLit)
		return v.Op == token.AND && table && constantValue(name, v.X)
	case *ast.CompositeLit:
		text := types.ExprString(v)
		return !strings.HasPrefix(text, "sync.") && !strings.HasPrefix(text, "atomic.")
	case *ast.CallExpr:
		return constantCall(v.Fun)
	}
	return false
}

func constantCall(fun ast.Expr) bool {
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	switch types.ExprString(fun) {
	case "errors.New", "fmt.Errorf", "regexp.MustCompile", "sync.OnceValue", "sync.OnceValues", "sync.OnceFunc",
		"strings.NewReplacer", "netip.MustParseAddr", "netip.MustParsePrefix", "[]byte":
		return true
	}
	return false
}

// assignments finds functions that change a package-level variable, of this package or of another.
func (tr *tree) assignments(p *pkg) (found []string) {
	resolved, info := p.resolve(tr.fset)
	complain := func(target ast.Expr) {
		if name := packageVar(resolved, info, target); name != "" {
			found = append(found, fmt.Sprintf("%s: changes the package variable %s", tr.at(target), name))
		}
	}
	for _, f := range p.code {
		ast.Inspect(f.ast, func(node ast.Node) bool {
			for _, target := range changed(node) {
				complain(target)
			}
			return true
		})
	}
	return found
}

// changed lists what a statement or expression changes, or hands out for changing.
func changed(node ast.Node) []ast.Expr {
	switch n := node.(type) {
	case *ast.AssignStmt:
		return n.Lhs
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		return []ast.Expr{n.Key, n.Value}
	case *ast.UnaryExpr:
		if _, whole := n.X.(*ast.Ident); whole && n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		if fun, ok := n.Fun.(*ast.Ident); ok && slices.Contains([]string{"delete", "clear", "copy"}, fun.Name) && len(n.Args) > 0 {
			return n.Args[:1]
		}
	}
	return nil
}

// packageVar gives the name of the package-level variable at the root of an expression such as v, v[i], v.f or *v, or
// of another package's variable, pkg.V.
func packageVar(resolved *types.Package, info *types.Info, target ast.Expr) string {
	for {
		switch t := target.(type) {
		case *ast.IndexExpr:
			target = t.X
		case *ast.StarExpr:
			target = t.X
		case *ast.ParenExpr:
			target = t.X
		case *ast.SelectorExpr:
			target = t.X
		case *ast.Ident:
			switch object := info.Uses[t].(type) {
			case *types.PkgName:
				return "of package " + object.Name()
			case *types.Var:
				if resolved != nil && object.Parent() == resolved.Scope() {
					return t.Name
				}
			}
			return ""
		default:
			return ""
		}
	}
}

// skips finds tests that can decide not to run. What cannot run must fail; what is slow has the build tag slow.
func skips(tr *tree) (found []string) {
	for _, p := range tr.sorted() {
		for _, f := range slices.Concat(p.code, p.tests) {
			ast.Inspect(f.ast, func(node ast.Node) bool {
				call, ok := node.(*ast.SelectorExpr)
				if ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, call.Sel.Name) && isTestValue(call.X) {
					found = append(found, tr.at(call)+": a skipped test; make it run, or fail saying what is missing")
				}
				return true
			})
		}
	}
	return found
}

// isTestValue recognises the names that test code gives its *testing.T, B, F or TB.
func isTestValue(x ast.Expr) bool {
	name, ok := x.(*ast.Ident)
	return ok && slices.Contains([]string{"t", "b", "f", "tb"}, name.Name)
}

func TestNoInit(t *testing.T) { holds(t, inits) }

func TestNoMutableVariables(t *testing.T) { holds(t, mutableVars) }

func TestNoSkips(t *testing.T) { holds(t, skips) }

func TestInitIsCaught(t *testing.T) {
	catches(t, inits, map[string]string{
		"internal/a/a.go":         "package a\nfunc init() {}\ntype T int\nfunc (T) init() {}\n",
		"internal/child/child.go": "package child\nfunc init() {}\n",
	}, "a.go:2: an init function")
}

func TestMutableValuesAreCaught(t *testing.T) {
	for _, value := range []string{
		"var x int", "var x = 5", "var x sync.Mutex", "var x = sync.Map{}", "var x = &atomic.Int64{}", "var x = make(map[string]int)",
		"var x = time.Now", "var x = func() {}", "var errX error", "var x = template.Must(nil, nil)", "var (\n a = errors.New(``)\n x = 1\n)",
	} {
		catches(t, mutableVars, map[string]string{"internal/a/a.go": "package a\n" + value + "\n"}, "package variable ")
	}
	for _, value := range []string{
		"var errX = errors.New(``)", "var ErrX = refusal(`x`)", "var x = map[string]int{}", "var x = []int{1}", "var x = &table{1}",
		"var x = regexp.MustCompile(``)", "var x = sync.OnceValue(f)", "var x = sync.OnceValue[int](f)", "var _ I = (*T)(nil)",
		"import _ `embed`\n//go:embed x\nvar x []byte", "import `embed`\nvar (\n//go:embed x\nx embed.FS\n)",
	} {
		catches(t, mutableVars, map[string]string{"internal/a/a.go": "package a\n" + value + "\n"})
	}
}

func TestAssignmentsAreCaught(t *testing.T) {
	const head = "package a\nimport `net/http`\ntype s struct{ f, g []int }\nvar v = s{}\nvar m = map[string]int{}\n"
	for _, body := range []string{
		"v = s{}", "v.f[1] = 2", "v.f[0]++", "m[`a`] = 1", "delete(m, `a`)", "clear(m)", "use(&v)", "(*&v).f = nil",
		"func() { m = nil }()", "http.DefaultClient = nil", "for v.f[0] = range m {}", "copy(v.f, v.g)",
	} {
		source := head + "func change() { " + body + " }\n"
		catches(t, mutableVars, map[string]string{"internal/a/a.go": source}, "changes the package variable")
	}
	for _, body := range []string{
		"v := s{}; v.f = nil; use(&v)", "m := m; m[`a`] = 1", "var v int; v++", "use(m[`a`], v.f)", "for v := range m { use(v) }",
		"for i := range v.f { f := &v.f[i]; use(f) }", "c := http.Client{}; c.Timeout = 1", "c, d := v, m; use(c, d)",
	} {
		catches(t, mutableVars, map[string]string{"internal/a/a.go": head + "func read() { " + body + " }\n"})
	}
	// A variable of another file of the package is the same variable.
	catches(t, mutableVars, map[string]string{
		"internal/a/a.go": head,
		"internal/a/b.go": "package a\nfunc change() { m[`b`] = 2 }\n",
	}, "b.go:2: changes the package variable m")
}

func TestSkipsAreCaught(t *testing.T) {
	catches(t, skips, map[string]string{
		"internal/a/a.go":      "package a\nfunc Skip(n node) { n.Skip() }\n",
		"internal/a/a_test.go": "package a\nfunc TestA(t *testing.T) { t.Skip(`later`) }\nfunc TestB(tb testing.TB) { tb.SkipNow() }\n",
	}, "a_test.go:2: a skipped test", "a_test.go:3: a skipped test")
}
