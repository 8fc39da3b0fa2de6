//go:build slow

package clients

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// refusals are uploads that must fail: each says how to bring it about, and what its person must read. twine shows the
// reason phrase, uv title and detail of the problem document, Poetry the phrase.
type refusal struct {
	token, file, want string
}

// refusals prepares them for a project whose files are there already. Changed files go below dir.
func (s *site) refusals(dists Dists, dir string) map[string]refusal {
	wheel, sdist := filepath.Base(dists.Wheel), filepath.Base(dists.Sdist)
	stem, _, _ := strings.Cut(wheel, "-py")
	alien := stem + "-py3-none-plan9.whl"
	return map[string]refusal{
		"no token": {"pypi-wrong", dists.Wheel, "Invalid or non-existent authentication information: the token is not base64url."},
		"token of nobody": {
			s.Token[:len(s.Token)-8] + "AAAAAAAA", dists.Wheel,
			"Invalid or non-existent authentication information: the token's signature does not fit; it may have been cut off or altered.",
		},
		"bad filename": {
			s.Token, copied(s.t, dists.Wheel, filepath.Join(dir, alien)),
			fmt.Sprintf("Binary wheel '%s' has an unsupported platform tag 'plan9'.", alien),
		},
		"other bytes": {
			s.Token, repacked(s.t, dists.Sdist, filepath.Join(dir, sdist)),
			fmt.Sprintf("File already exists ('%s', with sha256 '", sdist),
		},
	}
}

func copied(t testing.TB, from, to string) string {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, string(content))
	return to
}

// repacked writes the same tar, compressed to other bytes.
func repacked(t testing.TB, from, to string) string {
	t.Helper()
	file, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	inner, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	outer, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(outer, inner); err != nil {
		t.Fatal(err)
	}
	if err := outer.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, to, packed.String())
	return to
}

// uploading is one client's command to upload a file with a token.
func (s *site) uploading(client Client, token, file string) []string {
	if client == UV {
		return []string{"publish", "--publish-url", s.upload(), "--token", token, file}
	}
	return []string{"upload", "--repository-url", s.upload(), "-u", "__token__", "-p", token, file}
}

// A person whose upload is refused reads the whole sentence, without asking for more output.
func TestRefusedUploadsSayWhy(t *testing.T) {
	t.Parallel()
	s := startSite(t)
	project := Project{Name: "by-twine", Version: "1.0", Backend: "setuptools"}
	s.publish(project)
	dists := BuildProject(t, project)
	cases := s.refusals(dists, t.TempDir())
	s.requests()
	for _, client := range []Client{Twine, TwineOld, UV} {
		for name, r := range cases {
			result := Env(t).Run(client, s.uploading(client, r.token, r.file)...)
			if result.Code == 0 {
				t.Errorf("%s, %s: was accepted\n%s", client, name, result.Output)
			}
			says(t, result.Output, r.want)
			if name != "other bytes" && strings.Contains(result.Output, "already exists") {
				t.Errorf("%s, %s: X-5: twine --skip-existing would take this for a success:\n%s", client, name, result.Output)
			}
			if n := count(s.requests(), posted(200)); n != 0 {
				t.Errorf("%s, %s: an upload was answered with 200", client, name)
			}
		}
	}
	s.admin("flag", "set", "--project", "by-twine", "archived", "--reason", "Use other-name instead")
	for _, client := range []Client{Twine, TwineOld, UV} {
		result := Env(t).Run(client, s.uploading(client, s.Token, dists.Wheel)...)
		says(t, result.Output, "Project 'by-twine' takes no uploads: Archived on ", " - Use other-name instead.")
		if n := count(s.requests(), posted(403)); result.Code == 0 || n != 1 {
			t.Errorf("%s: exit code %d, want one answer of 403, got %d", client, result.Code, n)
		}
	}
	s.holds("by-twine", dists.Paths()...)
}

// twine alone sends a filename that PEP 625 does not allow; uv passes such a file over by itself.
func TestTwineHearsTheRightFilename(t *testing.T) {
	t.Parallel()
	s := startSite(t)
	dists := BuildProject(t, Project{Name: "By.Twine", Version: "1.0", Backend: "setuptools", Summary: "Uploaded by twine"})
	file := copied(t, dists.Sdist, filepath.Join(t.TempDir(), "By.Twine-1.0.tar.gz"))
	for _, client := range []Client{Twine, TwineOld} {
		result := Env(t).Run(client, s.uploading(client, s.Token, file)...)
		says(t, result.Output, `400 Bad Request from `+s.upload(), `Filename "By.Twine-1.0.tar.gz" should be "by_twine-1.0.tar.gz".`)
	}
	if status, _ := s.get("/simple/by-twine/"); status != 404 {
		t.Errorf("the refused upload left a project: %d", status)
	}
}

// Poetry sends all that it finds in dist/; each refusal has a folder of its own.
func TestPoetryHearsWhy(t *testing.T) {
	t.Parallel()
	s, shell := startSite(t), Env(t)
	poetryProject(t, shell, "by-poetry", "")
	shell.Must(Poetry, "config", "repositories.room", s.upload())
	shell.Must(Poetry, "build")
	built := filepath.Join(shell.Dir, "dist")
	dists, err := findDists(built)
	if err != nil {
		t.Fatal(err)
	}
	shell.Must(UV, append([]string{"publish", "--publish-url", s.upload(), "--token", s.Token}, dists.Paths()...)...)
	s.requests()
	for name, r := range s.refusals(dists, t.TempDir()) {
		folder := filepath.Join(t.TempDir(), "dist")
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		copied(t, r.file, filepath.Join(folder, filepath.Base(r.file)))
		result := shell.Run(Poetry, "publish", "--repository", "room", "--dist-dir", folder, "--username", "__token__", "--password", r.token)
		says(t, result.Output, r.want)
		if n := count(s.requests(), posted(200)); result.Code == 0 || n != 0 {
			t.Errorf("%s: exit code %d, %d uploads answered with 200\n%s", name, result.Code, n, result.Output)
		}
	}
}

// A file that was withdrawn says why, also to who has its address from a lock file (SN-5, SD-8).
func TestWithdrawnFilesSayWhy(t *testing.T) {
	t.Parallel()
	s := startSite(t)
	s.publish(Project{Name: "withdrawn", Version: "1.0"})
	file := s.page("withdrawn").Files[0]
	if !strings.HasSuffix(file.Filename, ".whl") {
		file = s.page("withdrawn").Files[1]
	}
	url := s.URL + "/" + strings.TrimLeft(file.URL, "./")
	for _, flag := range []struct {
		args         []string
		status       int
		phrase, code string
	}{
		{[]string{"quarantined", "--reason", "suspected malware"}, 403, "Quarantined: suspected malware since ", "file-quarantined"},
		{[]string{"deleted", "--category", "owner", "--reason", "superseded by withdrawn2"}, 410, "File deleted by its owner on ", "file-deleted"},
		{[]string{"removed", "--category", "malware", "--reason", "steals passwords"}, 410, "/project/withdrawn/", "file-removed"},
	} {
		s.admin(append([]string{"flag", "set", "--project", "withdrawn", "--file", file.Filename}, flag.args...)...)
		s.requests()
		for _, client := range []Client{PipOld, PipNew, UV} {
			shell := Env(t)
			result := shell.Run(client, installing(client, shell.Venv(), s.index(), "withdrawn @ "+url)...)
			says(t, result.Output, flag.phrase)
			asked := s.requests()
			said := func(r request) bool { return r.Status == flag.status && r.Code == flag.code }
			if result.Code == 0 || count(asked, said) == 0 {
				t.Errorf("%s: %s: exit code %d, %+v\n%s", client, flag.args[0], result.Code, asked, result.Output)
			}
			again := shell.Run(client, installing(client, shell.Venv(), s.index(), "withdrawn==1.0", "--only-binary", ":all:")...)
			if again.Code == 0 || count(s.requests(), fetched(".whl")) != 0 {
				t.Errorf("%s: a withdrawn file is still offered\n%s", client, again.Output)
			}
		}
		s.admin("flag", "clear", "--project", "withdrawn", "--file", file.Filename, flag.args[0])
	}
}

// installing is pip's or uv's command to install into an environment from one index.
func installing(client Client, python, index string, args ...string) []string {
	if client == UV {
		return append([]string{"pip", "install", "--python", python, "--index-url", index}, args...)
	}
	return append([]string{"--python", python, "install", "--index-url", index}, args...)
}
