package structure

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	_ "embed"
)

// tree is the checkout: all its files, and its Go code by folder.
type tree struct {
	fsys     fs.FS
	fset     *token.FileSet
	rows     *rows
	paths    []string        // every file that is ours, sorted
	packages map[string]*pkg // by folder relative to the top: "internal/blob/dir"
}

// pkg is one folder of Go code.
type pkg struct {
	dir   string
	key   string  // as rows.txt writes it: "blob/dir", "cmd"
	code  []*file // what is built into the program
	tests []*file // *_test.go
}

// file is one parsed Go file.
type file struct {
	path  string
	lines int
	ast   *ast.File
}

// module is the module path: what imports of our own packages begin with.
const module = "strongroom/"

// rowsText is the table that ARCHITECTURE.md refers to.
//
//go:embed rows.txt
var rowsText string

// ours reads the checkout this test stands in, once.
var ours = sync.OnceValues(func() (*tree, error) { return readTree(os.DirFS("../..")) })

// rule finds violations. Each one says where it is and what to do.
type rule func(*tree) []string

// holds fails the test once for every violation in the checkout.
func holds(t *testing.T, find rule) {
	t.Helper()
	tr, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	for _, violation := range find(tr) {
		t.Error(violation)
	}
}

// catches plants files into an empty checkout and expects exactly the wanted violations, in order, each given by a part
// of its text; without any, the rule must be silent.
func catches(t *testing.T, find rule, files map[string]string, want ...string) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tr, err := readTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	got := find(tr)
	if len(got) != len(want) {
		t.Fatalf("want %d violations, got %d: %q", len(want), len(got), got)
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("violation %d: want one that says %q, got %q", i, want[i], got[i])
		}
	}
}

// readTree lists the files that are ours and parses the Go code among them.
func readTree(fsys fs.FS) (*tree, error) {
	table, err := parseRows(rowsText)
	if err != nil {
		return nil, err
	}
	tr := &tree{fsys: fsys, fset: token.NewFileSet(), rows: table, packages: map[string]*pkg{}}
	if tr.paths, err = listFiles(fsys); err != nil {
		return nil, err
	}
	for _, name := range tr.paths {
		if !isGo(name) {
			continue
		}
		if err := tr.parse(name); err != nil {
			return nil, err
		}
	}
	return tr, nil
}

// listFiles walks the checkout without git's own folder and without what .gitignore names, so it works on an exported
// copy too and sees a new file before it is added.
func listFiles(fsys fs.FS) ([]string, error) {
	ignored, err := ignoredPaths(fsys)
	if err != nil {
		return nil, err
	}
	var paths []string
	err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ignored[name] && entry.IsDir():
			return fs.SkipDir
		case !ignored[name] && entry.Type().IsRegular():
			paths = append(paths, name)
		}
		return nil
	})
	return paths, err
}

// ignoredPaths reads the anchored patterns of .gitignore; it needs no others, and refuses them.
func ignoredPaths(fsys fs.FS) (map[string]bool, error) {
	ignored := map[string]bool{".git": true}
	text, err := fs.ReadFile(fsys, ".gitignore")
	if os.IsNotExist(err) {
		return ignored, nil
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] != '/' || strings.ContainsAny(line, "*?[!") {
			return nil, fmt.Errorf(".gitignore: %q: write a plain path that begins with /", line)
		}
		ignored[strings.Trim(line, "/")] = true
	}
	return ignored, err
}

// isGo says whether a path is Go code of the module, and not test data or in a hidden folder.
func isGo(name string) bool {
	if path.Ext(name) != ".go" {
		return false
	}
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		if part == "testdata" || len(part) > 1 && strings.ContainsAny(part[:1], "._") {
			return false
		}
	}
	return true
}

// parse adds one Go file to its package.
func (tr *tree) parse(name string) error {
	text, err := fs.ReadFile(tr.fsys, name)
	if err != nil {
		return err
	}
	syntax, err := parser.ParseFile(tr.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := path.Dir(name)
	p := tr.packages[dir]
	if p == nil {
		p = &pkg{dir: dir, key: rowKey(dir)}
		tr.packages[dir] = p
	}
	f := &file{path: name, lines: bytes.Count(text, []byte("\n")), ast: syntax}
	if strings.HasSuffix(name, "_test.go") {
		p.tests = append(p.tests, f)
	} else {
		p.code = append(p.code, f)
	}
	return nil
}

// sorted gives the packages in the order of their folders, so that violations come in a stable order.
func (tr *tree) sorted() []*pkg {
	var all []*pkg
	for _, dir := range slices.Sorted(maps.Keys(tr.packages)) {
		all = append(all, tr.packages[dir])
	}
	return all
}

// at is where a node stands: "internal/blob/dir/dir.go:12".
func (tr *tree) at(node ast.Node) string {
	position := tr.fset.Position(node.Pos())
	return fmt.Sprintf("%s:%d", position.Filename, position.Line)
}

// eachCode calls visit for every file that is built into the program.
func (tr *tree) eachCode(visit func(*pkg, *file)) {
	for _, p := range tr.sorted() {
		for _, f := range p.code {
			visit(p, f)
		}
	}
}

// imports lists what a file imports, with the place of each.
func (f *file) imports() map[string]ast.Node {
	found := map[string]ast.Node{}
	for _, spec := range f.ast.Imports {
		if name, err := strconv.Unquote(spec.Path.Value); err == nil {
			found[name] = spec
		}
	}
	return found
}

func TestTreeIsRead(t *testing.T) {
	tr, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	if tr.packages["internal/structure"] == nil || !slices.Contains(tr.paths, "go.mod") {
		t.Fatal("the checkout was not read: this package or go.mod is missing from it")
	}
	if slices.ContainsFunc(tr.paths, func(name string) bool { return strings.HasPrefix(name, ".git/") }) {
		t.Error("git's own folder was read as part of the tree")
	}
}

func TestIgnoredFoldersAreNotRead(t *testing.T) {
	tr, err := readTree(fstest.MapFS{
		".gitignore":             {Data: []byte("# not ours\n/.cache/\n")},
		".cache/x/x.go":          {Data: []byte("not Go at all")},
		"internal/a/testdata/x":  {Data: []byte("data")},
		"internal/a/a.go":        {Data: []byte("package a\n")},
		"internal/a/testdata/go": {Data: []byte("data")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.packages) != 1 || len(tr.paths) != 4 {
		t.Errorf("want 1 package and 4 files, got %d and %q", len(tr.packages), tr.paths)
	}
	if _, err := readTree(fstest.MapFS{".gitignore": {Data: []byte("*.o\n")}}); err == nil {
		t.Error("a .gitignore pattern that this test cannot follow was accepted")
	}
}
