package builders

import (
	"os"
	"path"
	"strings"
	"testing"
)

// row is a line of the table in docs/GATE.md: what the gate refuses of that which real tools make.
type row struct {
	source  string // "built" or "downloaded"
	pattern string // of filenames, as path.Match has it
	codes   string // with a space between two, in the order in which the gate gives them
}

func (r row) fits(filename string) bool {
	matches, err := path.Match(r.pattern, filename)
	return err == nil && matches
}

// readTable reads the table between its marks. A line that is no row, and a row without a reason, is an error.
func readTable(text string) (rows []row, wrong []string) {
	_, rest, begins := strings.Cut(text, "<!-- refused -->\n")
	table, _, ends := strings.Cut(rest, "<!-- /refused -->")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if !begins || !ends || len(lines) < 2 {
		return nil, []string{"there is no table between <!-- refused --> and <!-- /refused -->"}
	}
	for _, line := range lines[2:] { // after the head and its rule
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) != 4 || len(cells[3]) < 20 {
			wrong = append(wrong, "want source | filenames | codes | the reason: "+line)
			continue
		}
		r := row{cells[0], strings.Trim(cells[1], "`"), strings.ReplaceAll(cells[2], "`", "")}
		if _, err := path.Match(r.pattern, ""); err != nil || r.source != "built" && r.source != "downloaded" || r.codes == "" {
			wrong = append(wrong, "not a source, pattern or code: "+line)
			continue
		}
		rows = append(rows, r)
	}
	return rows, wrong
}

// expected are the rows of one source in docs/GATE.md.
func expected(t testing.TB, source string) (rows []row) {
	t.Helper()
	text, err := os.ReadFile("../../docs/GATE.md")
	if err != nil {
		t.Fatal(err)
	}
	all, wrong := readTable(string(text))
	for _, w := range wrong {
		t.Errorf("docs/GATE.md: %s", w)
	}
	for _, r := range all {
		if r.source == source {
			rows = append(rows, r)
		}
	}
	return rows
}

func TestTableOfRefusalsCanBeRead(t *testing.T) {
	for _, source := range []string{"built", "downloaded"} {
		for _, r := range expected(t, source) {
			if strings.Trim(r.pattern, "*?.-_") == "" {
				t.Errorf("the pattern %q excuses everything", r.pattern)
			}
		}
	}
}

func TestTableRefusesNonsense(t *testing.T) {
	const head = "<!-- refused -->\n| made | file | codes | why |\n|---|---|---|---|\n"
	const end = "\n<!-- /refused -->\n"
	rows, wrong := readTable("# Title\n\n" + head + "| built | `a_*-1.?.whl` | `x` `y` | because it has been so for long |" + end)
	if len(wrong) != 0 || len(rows) != 1 || rows[0] != (row{"built", "a_*-1.?.whl", "x y"}) {
		t.Errorf("%+v, %q", rows, wrong)
	}
	if !rows[0].fits("a_b-1.0.whl") || rows[0].fits("b_a-1.0.whl") {
		t.Error("the pattern is not the filename's")
	}
	for _, text := range []string{
		"", "| built | a | b | because it has been so for long |", head, head + "| built | a | b |" + end,
		head + "| built | a | b | short |" + end, head + "| sold | a | b | because it has been so for long |" + end,
		head + "| built | a[ | b | because it has been so for long |" + end, head + "| built | a |  | because it has been so for long |" + end,
	} {
		if rows, wrong := readTable(text); len(wrong) != 1 {
			t.Errorf("%q: %+v, %q", text, rows, wrong)
		}
	}
}
