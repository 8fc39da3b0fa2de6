package api_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with testdata/NAME, where the site's address, times,
// digests and sizes stand as words.
func golden(t *testing.T, s *apptest.Server, name, text string) {
	t.Helper()
	text = timeless(strings.ReplaceAll(text, s.URL, "URL"))
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("differs from %s (go test -run '^%s$' -update writes it anew):\n%s", path, t.Name(), text)
	}
}

// timeless replaces what differs from run to run.
func timeless(text string) string {
	for pattern, word := range map[string]string{
		`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z`:             "ISO-TIME",
		`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"`:                    `TIME"`,
		`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]+ GMT`: "RFC-TIME",
		`/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{60}/`:             "/BL/AK/E2B/",
		`"[0-9a-f]{64}"`:                                     `"HASH"`,
		`"[0-9a-f]{32}"`:                                     `"MD5"`,
		`"size": \d+`:                                        `"size": SIZE`, // gzip's output may change with Go
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, word)
	}
	return text
}
