//go:build slow

package builders

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// verdict is what the gate says of one archive.
type verdict struct {
	File     string
	OK       bool
	Error    string
	Problems []struct{ Code, Detail string }
	Warnings []string
}

// codes are the problems' codes, each once, in their order.
func (v verdict) codes() (all []string) {
	for _, p := range v.Problems {
		if !slices.Contains(all, p.Code) {
			all = append(all, p.Code)
		}
	}
	return all
}

// program builds strongroom.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "strongroom")
	build := exec.Command("go", "build", "-o", path, "./cmd/strongroom")
	build.Dir = root(t)
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return path
}

// examine holds archives against the gate with the private profile's settings: the real command, once for all.
func examine(t *testing.T, archives []archive) []verdict {
	t.Helper()
	args := []string{"check", "--json"}
	for _, a := range archives {
		args = append(args, a.path)
	}
	check := exec.Command(program(t), args...)
	check.Dir = t.TempDir()
	check.Env = []string{"HOME=" + check.Dir}
	output, err := check.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var answer struct{ Files []verdict }
	if err := json.Unmarshal(output, &answer); err != nil {
		t.Fatalf("%v in what strongroom check says: %.1000s", err, output)
	}
	if len(answer.Files) != len(archives) {
		t.Fatalf("%d archives, %d verdicts", len(archives), len(answer.Files))
	}
	return answer.Files
}

// kept copies an archive to where somebody can look at it after the test.
func kept(t *testing.T, path string) string {
	t.Helper()
	folder := filepath.Join(root(t), ".cache/check/refused")
	content, err := os.ReadFile(path)
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, filepath.Base(path)), content, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
	return filepath.Join(folder, filepath.Base(path))
}

// judge compares verdicts with the table of docs/GATE.md: each refusal stands there with its codes, and each row of
// this source refuses something.
func judge(t *testing.T, source string, verdicts []verdict) {
	t.Helper()
	rows, used := expected(t, source), map[row]int{}
	warnings := map[string]int{}
	for _, v := range verdicts {
		name := filepath.Base(v.File)
		for _, w := range v.Warnings {
			warnings[w]++
		}
		if v.OK {
			continue
		}
		at := slices.IndexFunc(rows, func(r row) bool { return r.fits(name) && r.codes == strings.Join(v.codes(), " ") })
		if at < 0 {
			t.Errorf("%s is refused, and docs/GATE.md does not say so: %v %s %+v", kept(t, v.File), v.codes(), v.Error, v.Problems)
			continue
		}
		used[rows[at]]++
	}
	for _, r := range rows {
		if used[r] == 0 {
			t.Errorf("docs/GATE.md says that %s are refused with %s, but none is", r.pattern, r.codes)
		}
		t.Logf("%d refused as docs/GATE.md says: %s (%s)", used[r], r.pattern, r.codes)
	}
	for warning, n := range warnings {
		t.Logf("%d times a warning: %s", n, warning)
	}
	t.Logf("%s: %d archives", source, len(verdicts))
}
