package structure

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// forbiddenWords is what the tree must not say: paths of one machine, and the hosts of package registries (tests and
// tools use the configuration of the system they run on). A space stands for a dot, and the rest is put together here,
// so that this file does not say it either.
func forbiddenWords() *regexp.Regexp {
	hosts := strings.Join([]string{
		"(?:(?:test|upload) )?pypi org", "pypi python org", "files pythonhosted org", "(?:proxy|sum) golang org",
		"registry npmjs org", "registry yarnpkg com", "(?:index|static) crates io", "rubygems org", "registry-1 docker io",
		"conda anaconda org", "repo1? maven (?:apache )?org",
	}, "|")
	shared, folder := "  /"+"shared", "/"+"work/"
	return regexp.MustCompile(`(?i)(?:^|[^a-z0-9_.-])(?:` + strings.ReplaceAll(`(?:`+hosts+`|`+shared+`)\b`, " ", `\.`) + `|` + folder + `)`)
}

// saidWords finds forbidden words in every file of the tree, whatever its kind.
func saidWords(tr *tree) (found []string) {
	words := forbiddenWords()
	for _, name := range tr.paths {
		text, err := fs.ReadFile(tr.fsys, name)
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			if match := words.FindString(line); match != "" {
				found = append(found, fmt.Sprintf("%s:%d: says %q, which does not belong in the tree", name, number, match))
			}
		}
	}
	return found
}

func TestNoForbiddenWords(t *testing.T) { holds(t, saidWords) }

func TestForbiddenWordsAreCaught(t *testing.T) {
	for _, said := range []string{
		"/" + "work/x", "see ../" + "shared", "(/" + "work/main)", "https://pypi" + ".org/simple", "test.pypi" + ".org", "files.python" + "hosted.org",
		"https://proxy.golang" + ".org", "PyPI" + ".org", "index.crates" + ".io",
	} {
		catches(t, saidWords, map[string]string{"docs/a.md": "fine\n" + said + "\n"}, "docs/a.md:2: says")
	}
	for _, fine := range []string{
		"/working", "a/" + "work/b", "docs.pypi" + ".org", "pypi_org", "../" + "sharedmemory", "my-pypi" + ".org.example",
	} {
		catches(t, saidWords, map[string]string{"docs/a.md": fine + "\n"})
	}
}
