package pep508_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"strongroom/internal/packaging/pep508"
)

// oracleCase is one line of the data files. Each kind of line has some of the
// fields; testdata/generate.py says which.
type oracleCase struct {
	From    string
	In      string
	Out     *string // the canonical text; nil: packaging refuses In
	Refused string  // why we refuse what packaging accepts

	Marker      string
	Environment pep508.Environment
	Result      string

	Environments []pep508.Environment
	Results      []string
}

// oracleCases reads a data file, which must have so many lines at least.
func oracleCases(t testing.TB, name string, atLeast int) []oracleCase {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var cases []oracleCase
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var c oracleCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s: %s: %v", name, lines.Text(), err)
		}
		cases = append(cases, c)
	}
	if len(cases) < atLeast {
		t.Fatalf("%s has only %d cases", name, len(cases))
	}
	return cases
}

// checkText compares one parsed text, or the refusal of it, with the oracle's.
func (c oracleCase) checkText(t *testing.T, got string, err error) {
	t.Helper()
	switch {
	case c.Refused != "":
		if err == nil {
			t.Errorf("%s: %q is accepted, though %s", c.From, c.In, c.Refused)
		}
	case c.Out == nil && err == nil:
		t.Errorf("%s: %q gives %q, packaging refuses it", c.From, c.In, got)
	case c.Out != nil && err != nil:
		t.Errorf("%s: %q is refused: %v; packaging gives %q", c.From, c.In, err, *c.Out)
	case c.Out != nil && got != *c.Out:
		t.Errorf("%s: %q gives %q, want %q", c.From, c.In, got, *c.Out)
	}
}

// V-20: verdict and canonical text as PyPA's packaging.
func TestRequirementsAgreeWithPackaging(t *testing.T) {
	for _, c := range oracleCases(t, "requirements.jsonl", 1400) {
		r, err := pep508.Parse(c.In)
		c.checkText(t, r.String(), err)
	}
}

// V-21: verdict and canonical text as PyPA's packaging, and the results of the
// evaluations in its tests.
func TestMarkersAgreeWithPackaging(t *testing.T) {
	evaluated := 0
	for _, c := range oracleCases(t, "markers.jsonl", 600) {
		if c.Marker != "" {
			evaluated++
			checkResult(t, c.Marker, c.Environment, c.Result)
			continue
		}
		m, err := pep508.ParseMarker(c.In)
		c.checkText(t, m.String(), err)
	}
	if evaluated < 90 {
		t.Errorf("only %d evaluations", evaluated)
	}
}

func TestRandomMarkersAgreeWithPackaging(t *testing.T) {
	cases := oracleCases(t, "random_markers.jsonl", 1200)
	environments := cases[0].Environments
	for _, c := range cases[1:] {
		m, err := pep508.ParseMarker(c.In)
		c.checkText(t, m.String(), err)
		if len(c.Results) != len(environments) {
			t.Fatalf("%q: %d results for %d environments", c.In, len(c.Results), len(environments))
		}
		for i, want := range c.Results {
			checkResult(t, c.In, environments[i], want)
			checkResult(t, m.String(), environments[i], want)
		}
	}
}

// checkResult evaluates a marker and compares the result, in the words of the
// data files.
func checkResult(t *testing.T, marker string, env pep508.Environment, want string) {
	t.Helper()
	if got := resultOf(t, marker, env); got != want {
		t.Errorf("%s in %v: %s, packaging says %s", marker, env, got, want)
	}
}

func resultOf(t *testing.T, marker string, env pep508.Environment) string {
	t.Helper()
	m, err := pep508.ParseMarker(marker)
	if err != nil {
		t.Fatal(err)
	}
	result, err := m.Evaluate(env)
	switch {
	case errors.Is(err, pep508.ErrUndefinedComparison):
		return "undefined comparison"
	case errors.Is(err, pep508.ErrUndefinedVariable):
		return "undefined variable"
	case err != nil:
		return err.Error()
	case result:
		return "true"
	}
	return "false"
}
