package pages

import (
	"encoding/json"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging/pep440"
)

// listed is a file of a project as the database has it.
func listed(t *testing.T, filename, version string, change func(*database.FileInPlace)) placed {
	t.Helper()
	f := database.FileInPlace{Project: "demo", Version: version, File: index.File{
		Filename: filename, SHA256: strings.Repeat("ab", 32), BLAKE2b256: strings.Repeat("0123", 16), Size: 42,
		UploadedAt: time.Date(2026, 5, 1, 12, 0, 0, 120_000, time.UTC), MetadataSHA256: strings.Repeat("cd", 32),
	}}
	for _, c := range version {
		f.ReleaseID = f.ReleaseID*100 + int64(c)
	}
	if change != nil {
		change(&f)
	}
	v, err := pep440.Parse(version)
	if err != nil {
		t.Fatal(err)
	}
	return placed{f, v, f.Status()}
}

// yankedFor is a file's own yank with a reason.
func yankedFor(reason string) func(*database.FileInPlace) {
	return func(f *database.FileInPlace) { f.Standing = index.Standing{{Kind: index.Yanked, Reason: reason}} }
}

func page(files ...placed) simpleProject {
	return simplePage(index.Project{Name: "demo", LastSerial: 9}, index.Status{Marker: "active", Offered: true}, files)
}

// decode reads the JSON page of one file as a client does.
func decode(t *testing.T, p simpleProject) (whole, file map[string]any) {
	t.Helper()
	text, err := p.json()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if files := whole["files"].([]any); len(files) > 0 {
		file = files[0].(map[string]any)
	}
	return whole, file
}

// TestSimpleJSONFields names the rows of wire-spec 2.5.
func TestSimpleJSONFields(t *testing.T) {
	plain := listed(t, "demo-1.0-py3-none-any.whl", "1.0", nil)
	whole, file := decode(t, page(plain))
	for id, row := range map[string]struct{ got, want any }{
		"SD-01": {whole["name"], "demo"},
		"SD-02": {whole["meta"].(map[string]any)["api-version"], "1.4"},
		"SL-03": {whole["meta"].(map[string]any)["_last-serial"], 9.0},
		"SD-04": {whole["project-status"].(map[string]any)["status"], "active"},
		"SD-05": {file["filename"], "demo-1.0-py3-none-any.whl"},
		"SD-06": {file["url"], "../../packages/01/23/" + strings.Repeat("0123", 15) + "/demo-1.0-py3-none-any.whl"},
		"SD-07": {file["hashes"].(map[string]any)["sha256"], strings.Repeat("ab", 32)},
		"SD-08": {file["size"], 42.0},
		"SD-09": {file["upload-time"], "2026-05-01T12:00:00.000120Z"},
		"SD-10": {file["requires-python"], nil},
		"SD-11": {file["core-metadata"].(map[string]any)["sha256"], strings.Repeat("cd", 32)},
		"SD-12": {file["dist-info-metadata"].(map[string]any)["sha256"], strings.Repeat("cd", 32)},
		"SD-14": {file["yanked"], false},
		"SD-15": {file["provenance"], nil},
	} {
		if row.got != row.want {
			t.Errorf("%s: %v, want %v", id, row.got, row.want)
		}
	}
	if _, said := whole["project-status"].(map[string]any)["reason"]; said {
		t.Error("ST-2: an empty reason must be left out")
	}
	if got := slices.Collect(maps.Keys(file)); slices.Contains(got, "gpg-sig") {
		t.Error("SD-13: gpg-sig is omitted")
	}
}

// TestSimpleJSONVariants are the other values that fields may have.
func TestSimpleJSONVariants(t *testing.T) {
	for id, row := range map[string]struct {
		key    string
		change func(*database.FileInPlace)
		want   any
	}{
		"SD-10 requires-python is not escaped": {"requires-python", func(f *database.FileInPlace) { f.RequiresPython = ">=3.8,<4" }, ">=3.8,<4"},
		"SD-11 no metadata":                    {"core-metadata", func(f *database.FileInPlace) { f.MetadataSHA256 = "" }, false},
		"SD-12 no metadata":                    {"dist-info-metadata", func(f *database.FileInPlace) { f.MetadataSHA256 = "" }, false},
		"SD-14 a reason":                       {"yanked", yankedFor("broken <b>"), "broken <b>"},
		"SD-14 no reason":                      {"yanked", yankedFor(""), true},
		"SY-01 the release's yank": {"yanked", func(f *database.FileInPlace) {
			f.ReleaseStanding = index.Standing{{Kind: index.Yanked, Reason: "all of it"}}
		}, "all of it"},
		"F-13 a plus stays itself": {"filename", func(f *database.FileInPlace) { f.Filename = "demo-1.0+cu1.whl" }, "demo-1.0+cu1.whl"},
	} {
		if _, file := decode(t, page(listed(t, "demo-1.0-py3-none-any.whl", "1.0", row.change))); file[row.key] != row.want {
			t.Errorf("%s: %v, want %v", id, file[row.key], row.want)
		}
	}
}

// TestSD03Versions: each version with files once, in order.
func TestSD03Versions(t *testing.T) {
	whole, _ := decode(t, page(listed(t, "a", "1.0", nil), listed(t, "b", "1.0", nil), listed(t, "c", "2.0", nil)))
	if got := whole["versions"].([]any); len(got) != 2 || got[0] != "1.0" || got[1] != "2.0" {
		t.Errorf("%v", got)
	}
}

// TestSD22NoFiles: arrays, never null.
func TestSD22NoFiles(t *testing.T) {
	text, err := page().json()
	want := `{"files":[],"meta":{"_last-serial":9,"api-version":"1.4"},"name":"demo","project-status":{"status":"active"},"versions":[]}` + "\n"
	if err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}

// TestSD20SortedKeys: compact, keys in order at every level, one newline at the end.
func TestSD20SortedKeys(t *testing.T) {
	text, err := page(listed(t, "demo-1.0-py3-none-any.whl", "1.0", yankedFor("<&>\u2028"))).json()
	if err != nil {
		t.Fatal(err)
	}
	var any any
	if err := json.Unmarshal(text, &any); err != nil {
		t.Fatal(err)
	}
	again, err := compactJSON(any) // Go sorts the keys of maps
	if err != nil || string(again) != string(text) {
		t.Errorf("got  %s\nwant %s, %v", text, again, err)
	}
	if strings.Count(string(text), "\n") != 1 || !strings.HasSuffix(string(text), "\n") {
		t.Errorf("%q", text)
	}
}

// TestSimpleHTML names the rows of wire-spec 2.6.
func TestSimpleHTML(t *testing.T) {
	p := page(listed(t, "demo-1.0-py3-none-any.whl", "1.0", func(f *database.FileInPlace) { f.RequiresPython = ">=3.8" }))
	p.ProjectStatus = simpleStatus{Status: "archived", Reason: "no time"}
	text, err := p.html()
	if err != nil {
		t.Fatal(err)
	}
	cd := strings.Repeat("cd", 32)
	for id, want := range map[string]string{
		"SV-01": `<meta name="pypi:repository-version" content="1.4">`,
		"SH-01": `/demo-1.0-py3-none-any.whl#sha256=` + strings.Repeat("ab", 32) + `"`,
		"SL-02": `>demo-1.0-py3-none-any.whl</a>`,
		"SH-02": `data-requires-python="&gt;=3.8" data-dist-info-metadata="sha256=` + cd + `" data-core-metadata="sha256=` + cd + `"`,
		"SH-03": `<meta name="pypi:project-status" content="archived">`,
		"ST-2":  `<meta name="pypi:project-status-reason" content="no time">`,
		"SH-04": "<!--SERIAL 9-->\n",
		"HTML5": "<!DOCTYPE html>\n<html>",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s: %q is missing in\n%s", id, want, text)
		}
	}
	if strings.Contains(string(text), "data-yanked") || strings.Contains(string(text), "data-gpg-sig") {
		t.Error("SH-02: what is not so has no attribute")
	}
}

// TestSH05Escaping: what people wrote stays text in every attribute and comes back whole.
func TestSH05Escaping(t *testing.T) {
	for _, hostile := range []string{
		`"><script>alert(1)</script>`, `' onmouseover='x`, "<!-- --> ]]>", "a&amp;b &lt;", "line\nbreak\ttab", `javascript:alert(1)`, "ünï\u202e\u2028", "{{.Name}}", "`x`=\x01",
	} {
		p := page(listed(t, "demo-1.0-py3-none-any.whl", "1.0", func(f *database.FileInPlace) {
			yankedFor(hostile)(f)
			f.RequiresPython = hostile
		}))
		p.ProjectStatus.Reason = hostile
		text, err := p.html()
		if err != nil {
			t.Fatal(err)
		}
		for _, attribute := range []string{"data-yanked", "data-requires-python", "content"} {
			values := regexp.MustCompile(attribute+`="([^"]*)"`).FindAllStringSubmatch(string(text), -1)
			if last := values[len(values)-1][1]; html.UnescapeString(last) != hostile {
				t.Errorf("%s of %q reads %q", attribute, hostile, html.UnescapeString(last))
			}
		}
		if n := strings.Count(string(text), "<"); n != 18 {
			t.Errorf("%q changed the tags: %d, want 18\n%s", hostile, n, text)
		}
	}
}

// TestSH02YankedWithoutReason has the attribute, and it is empty.
func TestSH02YankedWithoutReason(t *testing.T) {
	text, err := page(listed(t, "d.whl", "1.0", yankedFor(""))).html()
	if err != nil || !strings.Contains(string(text), ` data-yanked=""`) {
		t.Errorf("%s, %v", text, err)
	}
}
