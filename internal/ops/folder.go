package ops

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"strongroom/internal/packaging"
	"strongroom/internal/packaging/dist"
)

// folder is a folder of distributions, with everything below it. Its root lets
// no link lead out of it.
type folder struct {
	root     *os.Root
	projects map[string][]localFile // by what their filenames say, the oldest file first
	ignored  int                    // files that are no distributions
}

// localFile is a distribution in the folder.
type localFile struct {
	path string // below the folder, with slashes
	time time.Time
}

func openFolder(name string) (*folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("open the folder: %w", err)
	}
	f := &folder{root: root, projects: map[string][]localFile{}}
	if err := fs.WalkDir(root.FS(), ".", f.visit); err != nil {
		root.Close()
		return nil, fmt.Errorf("read the folder: %w", err)
	}
	for _, files := range f.projects {
		slices.SortFunc(files, func(a, b localFile) int {
			if c := a.time.Compare(b.time); c != 0 {
				return c
			}
			return strings.Compare(a.path, b.path)
		})
	}
	return f, nil
}

// visit notes a file. A link counts as the file it leads to, if that is below
// the folder too.
func (f *folder) visit(name string, entry fs.DirEntry, err error) error {
	if err != nil || entry.IsDir() {
		return err
	}
	info, err := f.root.Stat(name)
	if !isDistribution(path.Base(name)) || err != nil || !info.Mode().IsRegular() {
		f.ignored++
		return nil
	}
	project := projectOf(path.Base(name))
	f.projects[project] = append(f.projects[project], localFile{name, info.ModTime()})
	return nil
}

// isDistribution reports whether the file is or was once a distribution for an
// index. Eggs and installers are not taken any more, and the report should say
// so; signatures, pages and metadata beside the files are passed over.
func isDistribution(filename string) bool {
	if strings.HasPrefix(filename, ".") {
		return false
	}
	for _, ext := range []string{".whl", ".tar.gz", ".zip", ".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg", ".tgz", ".tar.bz2", ".tar.xz", ".tar.Z"} {
		if strings.HasSuffix(filename, ext) {
			return true
		}
	}
	return false
}

// projectOf guesses whose file it is; an old sdist's name tells no more.
func projectOf(filename string) string {
	if f, err := dist.ParseFilename(filename); err == nil {
		return f.Project()
	}
	name, _, _ := strings.Cut(filename, "-")
	return packaging.NormalizeName(name)
}

func (f *folder) names() []string { return slices.Sorted(maps.Keys(f.projects)) }

func (f *folder) count() (n int) {
	for _, files := range f.projects {
		n += len(files)
	}
	return n
}
