package ops_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

// verdicts is the JSON document of check.
type verdicts struct {
	Files []struct {
		File, Project, Version, Error string
		OK                            bool
		Problems                      []index.Problem
		Warnings                      []string
	}
}

func TestCheckNeedsNoIndex(t *testing.T) {
	folder := oldFolder(t)
	none := t.TempDir() + "/none"
	passed := run(none, "check", folder+"/demo/demo-1.0-py3-none-any.whl", "--json").want(t, 0)
	v := decode[verdicts](t, passed).Files[0]
	if !v.OK || v.Project != "demo" || v.Version != "1.0" || len(v.Problems) != 0 {
		t.Errorf("%+v", v)
	}
	refused := run(none, "check", folder+"/demo/demo-1.0.tar.gz", folder+"/wrong-2.0-py3-none-any.whl").want(t, 1)
	lines := strings.Split(refused.stdout, "\n")
	if !strings.HasPrefix(lines[0], "ok      ") || !strings.HasPrefix(lines[1], "refused ") || !strings.Contains(lines[2], "(record-mismatch)") {
		t.Errorf("%s", refused.stdout)
	}
	if got := runIn(none, 80, "check", folder+"/demo/demo-1.0.tar.gz"); !strings.HasPrefix(got.stdout, "✓ ") {
		t.Errorf("on a terminal: %s", got.stdout)
	}
	if _, err := os.Stat(none); !os.IsNotExist(err) {
		t.Errorf("check made a data folder: %v", err)
	}
}

func TestCheckExitCodes(t *testing.T) {
	folder := oldFolder(t)
	for args, code := range map[string]int{
		"demo/demo-1.0.tar.gz":                    0,
		"zipped-0.5.zip":                          1,
		"--legacy zipped-0.5.zip":                 0,
		"ancient-1.0-py2.7.egg":                   1,
		"broken-1.0-py3-none-any.whl":             1,
		"missing.whl demo/demo-1.0.tar.gz":        2,
		"demo":                                    2,
		"missing.whl zipped-0.5.zip":              2,
		"":                                        2, // no file: the command line is wrong
		"--legacy broken-1.0-py3-none-any.whl":    1,
		"other-1.0-py3-none-any.whl":              1,
		"--legacy Old.Style-1.0.tar.gz":           0,
		"Old.Style-1.0.tar.gz zipped-0.5.zip":     1,
		"--json wrong-2.0-py3-none-any.whl":       1,
		"--config missing.toml zipped-0.5.zip":    1,
		"--legacy --json zipped-0.5.zip":          0,
		"demo/demo-1.0-py3-none-any.whl --legacy": 0,
	} {
		got := run(folder, append([]string{"check"}, strings.Fields(args)...)...)
		if got.code != code {
			t.Errorf("check %s: exit %d, want %d\n%s%s", args, got.code, code, got.stdout, got.stderr)
		}
	}
}

// TestCheckAgreesWithTheServer: the same file, the same problems.
func TestCheckAgreesWithTheServer(t *testing.T) {
	s := apptest.Start(t)
	folder := t.TempDir()
	bad := apptest.Wheel("demo", "1.0", "x", "Requires-Python: nonsense", "Classifier: No :: Such")
	for _, d := range []apptest.Dist{bad, wheelWithWrongRecord(t, "wrong", "2.0"), apptest.Wheel("fine", "1.0", "x")} {
		write(t, folder, d.Filename, d.Body, day(1))
		local := decode[verdicts](t, run(folder, "check", d.Filename, "--json")).Files[0]
		answer := s.Upload(s.Token, d)
		if local.OK != (answer.StatusCode == 200) {
			t.Errorf("%s: check says %+v, the server %s", d.Filename, local, answer.Status)
		}
		var told struct{ Errors []index.Problem }
		if answer.StatusCode != 200 {
			if err := json.Unmarshal([]byte(answer.Text), &told); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(told.Errors, local.Problems) {
			t.Errorf("%s: check says %+v, the server %+v", d.Filename, local.Problems, told.Errors)
		}
	}
}
