//go:build slow

package binaries_test

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"strongroom/internal/clients"
	"strongroom/internal/packaging/binaries"
	"strongroom/internal/packaging/dist"
)

const (
	wheelFolder = "../../../.cache/wheels/auditwheel"
	differences = "../../../docs/GATE-BINARIES.md"
	fewest      = 30 // wheels to compare
)

// pinned is a real wheel, known by its hash.
type pinned struct{ name, sha256 string }

// pinnedWheels reads testdata/wheels.txt.
func pinnedWheels(t *testing.T) (wheels []pinned) {
	file, err := os.Open("testdata/wheels.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) == 2 && words[0][0] != '#' {
			wheels = append(wheels, pinned{name: words[1], sha256: words[0]})
		}
	}
	return wheels
}

// fetch returns the path of the wheel, which pip downloads if it is not there, with the right hash.
func (p pinned) fetch(t *testing.T) string {
	path := filepath.Join(wheelFolder, p.name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		p.download(t)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != p.sha256 {
		t.Fatalf("%s has SHA-256 %x, not %s; remove it and try again", path, sum, p.sha256)
	}
	return path
}

// download asks pip for exactly this wheel, whatever the machine. pip has the machine's own configuration here: it says
// where packages come from.
func (p pinned) download(t *testing.T) {
	name, err := dist.ParseFilename(p.name)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs(wheelFolder)
	if err != nil {
		t.Fatal(err)
	}
	python := name.Python[len(name.Python)-1]
	args := []string{
		"-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--dest", folder, "--cache-dir", filepath.Join(folder, "..", "..", "pip"),
		"--implementation", python[:2], "--python-version", python[2:],
	}
	for _, abi := range name.ABI {
		args = append(args, "--abi", abi)
	}
	for _, platform := range name.Platform {
		args = append(args, "--platform", platform)
	}
	pip := exec.CommandContext(t.Context(), "../../../.cache/clients/auditwheel/bin/python", append(args, name.Name+"=="+name.VersionText)...)
	if output, err := pip.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", pip, err, output)
	}
}

// ours audits a wheel as an upload would, with the archive reader of the standard library.
func ours(t *testing.T, path string) binaries.Report {
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	c := binaries.NewCollector(binaries.DefaultBudget())
	for _, member := range archive.File {
		content, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(c.Watch(dist.Member{Path: member.Name}), content); err != nil {
			t.Fatal(err)
		}
		content.Close()
	}
	name, err := dist.ParseFilename(filepath.Base(path))
	if err != nil {
		t.Fatal(err)
	}
	return binaries.Audit(name, c.Found())
}

// theirs is the tag that auditwheel finds a wheel consistent with, or "error". It must not look for libraries on this
// machine, or its verdict would depend on it.
func theirs(t *testing.T, path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	result := clients.Env(t).Run(clients.Auditwheel, "show", "--json", "--ldpaths", "", absolute)
	tag := regexp.MustCompile(`"overall_tag": "([^"]*)"`).FindStringSubmatch(result.Output)
	if tag == nil {
		t.Log(result.Output)
		return "error"
	}
	return tag[1]
}

// explained reads the table of differences: "| wheel | auditwheel | here | why |".
func explained(t *testing.T) map[string][2]string {
	text, err := os.ReadFile(differences)
	if err != nil {
		t.Fatal(err)
	}
	table := map[string][2]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) == 6 && strings.Contains(cells[1], ".whl") {
			unquote := func(s string) string { return strings.Trim(strings.TrimSpace(s), "`") }
			table[unquote(cells[1])] = [2]string{unquote(cells[2]), unquote(cells[3])}
		}
	}
	return table
}

// TestSameVerdictAsAuditwheel: the tag that a wheel can honestly carry is the one auditwheel finds, or the difference
// stands with its reason in docs/GATE-BINARIES.md.
func TestSameVerdictAsAuditwheel(t *testing.T) {
	wheels, table := pinnedWheels(t), explained(t)
	if len(wheels) < fewest {
		t.Errorf("%d wheels, fewer than %d", len(wheels), fewest)
	}
	for _, wheel := range wheels {
		t.Run(wheel.name, func(t *testing.T) {
			path := wheel.fetch(t)
			report := ours(t, path)
			verdict := [2]string{theirs(t, path), report.Honest}
			want, differs := table[wheel.name]
			switch {
			case report.NotAudited != "":
				t.Error(report.NotAudited)
			case differs && want != verdict:
				t.Errorf("auditwheel says %q and we %q; the table of differences has %q", verdict[0], verdict[1], want)
			case differs && verdict[0] == verdict[1]:
				t.Errorf("both say %q, yet the table of differences has the wheel", verdict[0])
			case !differs && verdict[0] != verdict[1]:
				t.Errorf("auditwheel says %q, we %q", verdict[0], verdict[1])
			}
			for _, finding := range report.Findings {
				t.Log(finding)
			}
			delete(table, wheel.name)
		})
	}
	for name := range table {
		t.Errorf("%s is in the table of differences and not in testdata/wheels.txt", name)
	}
}
