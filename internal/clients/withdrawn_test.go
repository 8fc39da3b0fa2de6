//go:build slow

package clients

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write docs/CLIENTS.md")

// said is a flag of the table: what is set on a project with the releases 1.0 and 1.1, the second of which it is about, with its file.
type said struct {
	title string
	on    string // "" for the project, or release or file
	flag  []string
}

// sayings are all kinds that clients can meet (ST-17).
func sayings() []said {
	return []said{
		{"yanked release", "release", []string{"yanked", "--reason", "broken build"}},
		{"yanked file", "file", []string{"yanked", "--reason", "broken build"}},
		{"deprecated release", "release", []string{"deprecated", "--category", "insecure", "--reason", "use 1.0"}},
		{"deprecated project", "", []string{"deprecated", "--reason", "use another"}},
		{"archived project", "", []string{"archived", "--reason", "finished"}},
		{"locked project", "", []string{"locked", "--category", "dispute", "--reason", "two people claim it"}},
		{"quarantined project", "", []string{"quarantined", "--reason", "suspected malware"}},
		{"quarantined release", "release", []string{"quarantined", "--reason", "suspected malware"}},
		{"release removed as malware", "release", []string{"removed", "--category", "malware", "--reason", "steals keys"}},
		{"project removed as malware", "", []string{"removed", "--category", "malware", "--reason", "steals keys"}},
		{"file removed by law", "file", []string{"removed", "--category", "legal", "--reason", "court order"}},
		{"deleted release", "release", []string{"deleted", "--category", "owner", "--reason", "wrong build"}},
		{"deleted project", "", []string{"deleted", "--category", "owner", "--reason", "not maintained"}},
	}
}

// name is a project's name of the row i.
func (s said) name() string { return "said-" + strings.ReplaceAll(s.title, " ", "-") }

// ways are how people ask for release 1.1, or for any. A lock file is one with addresses and hashes, as uv and pip lock write it.
func ways() []string { return []string{"unpinned", "pinned", "direct URL", "hash-locked URL"} }

// tinyWheel writes a wheel that holds one empty module.
func tinyWheel(t testing.TB, dir, name, version string) string {
	t.Helper()
	module := strings.ReplaceAll(name, "-", "_")
	info := module + "-" + version + ".dist-info/"
	members := [][2]string{
		{module + ".py", "# " + version + "\n"},
		{info + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n"},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: strongroom\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
	}
	record := ""
	for _, m := range members {
		sum := sha256.Sum256([]byte(m[1]))
		record += fmt.Sprintf("%s,sha256=%s,%d\n", m[0], base64.RawURLEncoding.EncodeToString(sum[:]), len(m[1]))
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range append(members, [2]string{info + "RECORD", record + info + "RECORD,,\n"}) {
		size := uint64(len(m[1])) // stated before the bytes: data descriptors are refused
		w, err := z.CreateRaw(&zip.FileHeader{Name: m[0], CRC32: crc32.ChecksumIEEE([]byte(m[1])), CompressedSize64: size, UncompressedSize64: size})
		if err == nil {
			_, err = w.Write([]byte(m[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, module+"-"+version+"-py3-none-any.whl")
	write(t, path, b.String())
	return path
}

// stockSayings publishes the projects, remembers where release 1.1 of each is, and then says what is said.
func stockSayings(t *testing.T) (s *site, urls, sums map[string]string) {
	t.Helper()
	s = startSite(t)
	shell, dir := Env(t), t.TempDir()
	var files []string
	for _, row := range sayings() {
		files = append(files, tinyWheel(t, dir, row.name(), "1.0"), tinyWheel(t, dir, row.name(), "1.1"))
	}
	shell.Must(UV, append([]string{"publish", "--publish-url", s.upload(), "--token", s.Token}, files...)...)
	urls, sums = map[string]string{}, map[string]string{}
	for _, row := range sayings() {
		for _, f := range s.page(row.name()).Files {
			if strings.Contains(f.Filename, "-1.1-") {
				urls[row.name()], sums[row.name()] = s.URL+"/"+strings.TrimLeft(f.URL, "./"), f.Hashes["sha256"]
			}
		}
		on := []string{"flag", "set", "--project", row.name()}
		switch row.on {
		case "release":
			on = append(on, "--release", "1.1")
		case "file":
			on = append(on, "--file", strings.ReplaceAll(row.name(), "-", "_")+"-1.1-py3-none-any.whl")
		}
		s.admin(append(on, row.flag...)...)
	}
	return s, urls, sums
}

// fetching is the command that fetches a requirement into a folder, with all caches off.
func fetching(client Client, python, index, into string, what ...string) []string {
	if client == UV {
		return append([]string{"pip", "install", "--no-cache", "--no-deps", "--python", python, "--index-url", index, "--target", into}, what...)
	}
	return append([]string{"download", "--no-cache-dir", "--no-deps", "--index-url", index, "--dest", into}, what...)
}

// asks is the requirement of one way.
func asks(t testing.TB, way, name, url, sum string) []string {
	t.Helper()
	switch way {
	case "pinned":
		return []string{name + "==1.1"}
	case "direct URL":
		return []string{name + " @ " + url}
	case "hash-locked URL":
		file := filepath.Join(t.TempDir(), "locked.txt")
		write(t, file, name+" @ "+url+" --hash=sha256:"+sum+"\n")
		return []string{"--require-hashes", "-r", file}
	}
	return []string{name}
}

// cell is what a client did, and what it said, in a form that is the same in each run.
func cell(s *site, into string, r Result) string {
	got := "stops"
	found, _ := filepath.Glob(filepath.Join(into, "said_*-1.*"))
	for _, path := range found {
		got = "takes " + regexp.MustCompile(`-(1\.\d)`).FindStringSubmatch(filepath.Base(path))[1]
	}
	if (r.Code == 0) != (got != "stops") {
		got += fmt.Sprintf(" (exit code %d)", r.Code)
	}
	return strings.Join(append([]string{got}, spoken(s, r.Output)...), "<br>")
}

// spoken is the lines of a client's output that are about what went wrong, without what differs from run to run.
func spoken(s *site, output string) (lines []string) {
	noise := regexp.MustCompile(`^(Looking in|Collecting|Downloading|Saved|Successfully|Using |Resolved|Prepared|Installed|Audited|Updating|\+ |File was already|Obtaining|Building|\[notice|warning: Failed to hardlink)`)
	for line := range strings.Lines(output) {
		if line = strings.TrimSpace(line); line == "" || noise.MatchString(line) {
			continue
		}
		line = strings.ReplaceAll(line, s.URL, "https://HOST")
		line = regexp.MustCompile(`/packages/\S+/`).ReplaceAllString(line, "/packages/…/")
		line = regexp.MustCompile(`\S*/locked\.txt`).ReplaceAllString(line, "locked.txt")
		line = regexp.MustCompile(`\d{4}-\d\d-\d\d`).ReplaceAllString(line, "DATE")
		line = regexp.MustCompile(`[0-9a-f]{64}`).ReplaceAllString(line, "HASH")
		lines = append(lines, strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(line))
	}
	return lines
}

// TestST17WhatClientsSay runs each way of asking for what something is said of, with each client. What they do and print is kept in
// docs/CLIENTS.md.
func TestST17WhatClientsSay(t *testing.T) {
	s, urls, sums := stockSayings(t)
	python := Env(t).Venv()
	cells := map[string]string{}
	var mu sync.Mutex
	t.Run("run", func(t *testing.T) {
		for _, client := range []Client{PipOld, PipNew, UV} {
			t.Run(string(client), func(t *testing.T) {
				t.Parallel()
				shell := Env(t)
				for _, row := range sayings() {
					for _, way := range ways() {
						into := t.TempDir()
						r := shell.Run(client, fetching(client, python, s.index(), into, asks(t, way, row.name(), urls[row.name()], sums[row.name()])...)...)
						mu.Lock()
						cells[row.title+"/"+way+"/"+string(client)] = cell(s, into, r)
						mu.Unlock()
					}
				}
			})
		}
	})
	for _, client := range []Client{PipOld, PipNew, UV} { // whatever the golden file says
		for _, title := range []string{"release removed as malware", "project removed as malware"} {
			name := said{title: title}.name()
			if got := cells[title+"/hash-locked URL/"+string(client)]; !strings.Contains(got, "Removed as malware DATE - see https://HOST/project/"+name+"/") || !strings.HasPrefix(got, "stops") {
				t.Errorf("%s of a %s: %s", client, title, got)
			}
		}
	}
	compareTable(t, cells)
}

// compareTable holds the table against docs/CLIENTS.md.
func compareTable(t *testing.T, cells map[string]string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("# What clients do with what is said\n\nMade by running the real clients (`go test -tags slow ./internal/clients -run ST17 -update`); the test fails when one does or says something else.\n" +
		"Each project has the releases 1.0 and 1.1; what is said of a release is said of 1.1. A cell has the release that the client takes, or that it stops,\nand what it prints. A hash-locked URL is a line of a lock file: an address with its hash.\n")
	for _, row := range sayings() {
		fmt.Fprintf(&b, "\n## %s\n\n`%s`\n\n| asked for | pip, old | pip, new | uv |\n|---|---|---|---|\n", strings.ToUpper(row.title[:1])+row.title[1:], strings.Join(row.flag, " "))
		for _, way := range ways() {
			b.WriteString("| " + way)
			for _, client := range []Client{PipOld, PipNew, UV} {
				b.WriteString(" | " + cells[row.title+"/"+way+"/"+string(client)])
			}
			b.WriteString(" |\n")
		}
	}
	root, err := checkout()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "docs", "CLIENTS.md")
	if *update {
		write(t, path, b.String())
	}
	if have, err := os.ReadFile(path); err != nil || string(have) != b.String() {
		t.Errorf("docs/CLIENTS.md is out of date (%v); run the test with -update and read the difference. Now:\n%s", err, b.String())
	}
}
