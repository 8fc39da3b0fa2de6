package upload_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/phrase"
)

// sent is one upload as it is changed for a test.
type sent struct {
	apptest.Dist
	fields map[string][]string
	token  string
}

// refused is one row of wire-spec 6.5 as it is seen from outside: what is uploaded, and the answer.
type refused struct {
	id     string
	upload func(u *sent)
	status int
	code   index.Code
	want   string // in the reason phrase
}

// rows is what the index holds, apart from when tokens were last used, from counters, and from work that comes again and
// again by itself (which loses its key "every:…" while it runs, and has no arguments).
func rows(t *testing.T, s *apptest.Server) string {
	t.Helper()
	var dump bytes.Buffer
	if _, _, err := s.DB.Dump(t.Context(), &dump); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	skip, jobs := false, false
	for line := range strings.Lines(dump.String()) {
		if strings.HasPrefix(line, `{"table":`) {
			skip = strings.HasPrefix(line, `{"table":"tokens"`) || strings.HasPrefix(line, `{"table":"rate_limits"`)
			jobs = strings.HasPrefix(line, `{"table":"jobs"`)
		}
		mailing := strings.Contains(line, `,"mail",`) || strings.Contains(line, `,"notice",`)
		if recurring := jobs && strings.Contains(line, `,"{}",`); !skip && !mailing && !recurring {
			out.WriteString(line)
		}
	}
	return out.String()
}

// settled is what the index holds when the work of earlier uploads is done, which else would go away meanwhile.
func settled(t *testing.T, s *apptest.Server) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		held := rows(t, s)
		if !strings.Contains(held, `,"new-project",`) {
			return held
		}
		if time.Now().After(deadline) {
			t.Fatalf("work waits for 20 seconds:\n%s", held)
		}
	}
}

// staged lists the files that uploads under way have written.
func staged(t *testing.T, s *apptest.Server) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.Config.Data, "staging", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// send uploads and checks the three ways in which the answer travels (X-1…X-3), and that a refusal left no trace (U-20).
func (row refused) send(t *testing.T, s *apptest.Server) {
	t.Helper()
	u := &sent{Dist: apptest.Wheel("demo", "1.0", "a payload that is new"), token: s.Token}
	u.fields = u.Fields()
	row.upload(u)
	before := settled(t, s)
	r := s.UploadForm(u.token, u.Dist, u.fields)
	var body struct {
		Title, Detail, Message string
		Status                 int
		Code                   index.Code
		Errors                 []index.Problem
	}
	if err := json.Unmarshal([]byte(r.Text), &body); err != nil {
		t.Fatalf("%s: %v: %s", r.Status, err, r.Text)
	}
	if r.StatusCode != row.status || body.Status != row.status || body.Code != row.code {
		t.Errorf("%s %s, want %d %s: %s", r.Status, body.Code, row.status, row.code, r.Text)
	}
	if got := strings.TrimPrefix(r.Status, fmt.Sprint(row.status, " ")); !strings.Contains(got, row.want) || got != phrase.Clean(body.Detail) {
		t.Errorf("the reason phrase is %q, want %q", got, row.want)
	}
	if ct := r.Header.Get("Content-Type"); ct != "application/problem+json" || body.Message != body.Detail || len(body.Errors) == 0 {
		t.Errorf("%s: %s", ct, r.Text)
	}
	if says := strings.Contains(strings.ToLower(r.Status+r.Text), "already exist"); says != (row.code == index.CodeFileExists) {
		t.Errorf("X-5: only a duplicate filename says so: %s\n%s", r.Status, r.Text)
	}
	if after := rows(t, s); after != before {
		t.Errorf("U-20: the refusal left a trace:\n%s\n%s", before, after)
	}
	if left := staged(t, s); len(left) != 0 {
		t.Errorf("U-20: staging holds %v", left)
	}
}

// set changes a field of the form; without a value it is not sent.
func set(name string, values ...string) func(*sent) {
	return func(u *sent) { u.fields[name] = values }
}

// as sends the file under another name.
func as(filename string) func(*sent) { return func(u *sent) { u.Filename = filename } }

// project makes it an upload to another project.
func project(name string) func(*sent) {
	return func(u *sent) {
		u.Dist = apptest.Wheel(name, "1.0", "x")
		u.fields = u.Fields()
	}
}

// holding gives the wheel other members, each a path and a text.
func holding(members ...[2]string) func(*sent) {
	return func(u *sent) {
		u.Body = apptest.Zip(members)
		u.fields["sha256_digest"] = []string{u.SHA256()}
	}
}

func sdistHolding(members ...[2]string) func(*sent) {
	return func(u *sent) {
		u.Dist = apptest.Sdist("demo", "1.0", "x")
		u.fields = u.Fields()
		u.Body = apptest.TarGz(members)
		u.fields["sha256_digest"] = []string{u.SHA256()}
	}
}

// formRefusals are refused for what the request and its form say.
func formRefusals() []refused {
	return []refused{
		{"row 1", func(u *sent) { u.fields[":action"] = []string{"submit"} }, 410, index.CodeRetired, "is retired"},
		{"row 3 nobody", func(u *sent) { u.token = "" }, 403, index.CodeAuthentication, "Invalid or non-existent authentication"},
		{"row 3 rubbish", func(u *sent) { u.token = "pypi-AgEIcHlwaS5vcmc" }, 403, index.CodeAuthentication, "Invalid or non-existent authentication"},
		{"row 4", set("protocol_version", "2"), 400, index.CodeUnknownProtocol, "nknown protocol version"},
		{"row 5", set("name", "demo-"), 400, index.CodeInvalidName, "start and end with a letter"},
		{"row 6", set("filetype", "bdist_egg"), 400, index.CodeInvalidFiletype, "known file type"},
		{"row 7", set("sha256_digest", "xyz"), 400, index.CodeInvalidDigest, "valid hex"},
		{"row 8", set("pyversion"), 400, index.CodeInvalidPyversion, "Python version"},
		{"row 9", set("sha256_digest"), 400, index.CodeNoDigest, "at least one message digest"},
		{"row 10", set("requires_python", "three"), 400, index.CodeInvalidMetadata, "Requires-Python"},
		{"row 10 repeated", set("summary", "one", "two"), 400, index.CodeInvalidMetadata, "Summary"},
		{"row 11", as(""), 400, index.CodeNoContent, "does not have a file"},
		{"row 14 standard library", project("asyncio"), 400, index.CodeStandardLibrary, "standard library"},
		{"row 14 prohibited", project("forbidden"), 400, index.CodeNameProhibited, "isn't allowed"},
		{"row 14 look-alike", project("demo-l"), 400, index.CodeNameTooSimilar, "too similar to an existing project: 'demo-1'"},
		{"row 15", func(u *sent) { u.token = u.fields["stranger"][0] }, 403, index.CodeNotAllowed, "The user 'stranger' isn't allowed to upload to project 'demo'"},
		{"row 15 archived", project("archived"), 403, index.CodeProjectArchived, "takes no uploads: Archived"},
		{"row 15 quarantined", project("quarantined"), 403, index.CodeProjectQuarantined, "takes no uploads: Quarantined"},
		{"row 15 locked", project("locked"), 403, index.CodeProjectLocked, "takes no uploads: Locked"},
		{"row 15 removed", project("removed"), 403, index.CodeProjectRemoved, "takes no uploads: Removed"},
		{"row 15 deleted", project("deleted"), 400, index.CodeProjectDeleted, "takes no uploads: Deleted"},
	}
}

// fileRefusals are refused for what the file is.
func fileRefusals() []refused {
	const info = "demo-1.0.dist-info/"
	wheelFile := [2]string{info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
	metadata, plain := [2]string{info + "METADATA", "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n"}, [2]string{info + "METADATA", "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n"}
	later, broken := [2]string{info + "METADATA", "Metadata-Version: 2.2\nName: demo\nVersion: 1.1\n"}, [2]string{info + "entry_points.txt", "[broken\n"}
	record := func(members ...[2]string) [2]string {
		var lines strings.Builder
		for _, m := range members {
			sum := sha256.Sum256([]byte(m[1]))
			fmt.Fprintf(&lines, "%s,sha256=%s,%d\n", m[0], base64.RawURLEncoding.EncodeToString(sum[:]), len(m[1]))
		}
		return [2]string{info + "RECORD", lines.String() + info + "RECORD,,\n"}
	}
	return []refused{
		{"row 19", as("a/demo-1.0-py3-none-any.whl"), 400, index.CodeInvalidFilename, "in the name"},
		{"row 19 not ASCII", as("demö-1.0-py3-none-any.whl"), 400, index.CodeInvalidFilename, "non-printable or non-ASCII characters in the name: \"dem?-"},
		{"row 20", as("demo-1.0.egg"), 400, index.CodeInvalidExtension, "Invalid file extension"},
		{"row 22", func(u *sent) {
			u.Body = bytes.Repeat([]byte("x"), 2<<20)
			u.fields["sha256_digest"] = []string{u.SHA256()}
		}, 400, index.CodeFileTooLarge, "File too large. Limit for project 'demo' is 1 MB"},
		{"row 24", set("sha256_digest", strings.Repeat("00", 32)), 400, index.CodeDigestMismatch, "digest"},
		{"row 26", func(*sent) {}, 400, index.CodeFileExists, "File already exists"},
		{"row 27 SD-9 a deleted file", as("demo-1.0-2-py3-none-any.whl"), 400, index.CodeFilenameReuse, "previously used"},
		{"row 27 SD-11", version("2.0"), 400, index.CodeReleaseDeleted, "was deleted on"},
		{"row 28", fresh("0.1", as("demo-0.1-3-py3-none-any.whl")), 400, index.CodeReleaseClosed, "older than 14 days"},
		{"row 23", version("3.0"), 400, index.CodeProjectTooLarge, "Project size too large"},
		{"row 31", func(u *sent) {
			u.Dist = apptest.Sdist("demo", "1.0", "x")
			u.fields = u.Fields()
			u.Filename = "demo-1.0.0.tar.gz"
		}, 400, index.CodeInvalidFilename, `should be "demo-1.0.tar.gz"`},
		{"row 33 tag", as("demo-1.0-py3-none-linux_x86_64.whl"), 400, index.CodeUnsupportedTag, "unsupported platform tag 'linux_x86_64'"},
		{"row 33 project", as("other-1.0-py3-none-any.whl"), 400, index.CodeInvalidFilename, "Start filename for 'demo'"},
		{"row 33 spelling", as("DEMO-1.0-py3-none-any.whl"), 400, index.CodeInvalidFilename, "normalized project name"},
		{"row 33 version", as("demo-1.1-py3-none-any.whl"), 400, index.CodeInvalidFilename, "Version in filename should be '1.0' not '1.1'"},
		{"row 30", fresh("1.2", func(u *sent) { u.Body = []byte("no zip"); u.fields["sha256_digest"] = []string{u.SHA256()} }), 400, index.CodeInvalidArchive, "Invalid distribution file"},
		{"row 35", build("7", holding(wheelFile, metadata)), 400, index.CodeRecordMissing, "RECORD"},
		{"row 37", build("7", holding(wheelFile, record(wheelFile))), 400, index.CodeMetadataMissing, "METADATA"},
		{"row 34", build("7", holding(wheelFile, metadata, record(wheelFile, metadata))), 400, index.CodeLicenseFile, "License-File LICENSE does not exist"},
		{"row 36", build("7", holding(wheelFile, plain, broken, record(wheelFile, plain, broken))), 400, index.CodeEntryPoints, "entry points"},
		{"row 35 mismatch", build("7", holding(wheelFile, plain, record(wheelFile))), 400, index.CodeRecordMismatch, "RECORD does not list"},
		{"row 35 hash", build("7", holding(wheelFile, plain, record(wheelFile, later))), 400, index.CodeRecordMismatch, "1 with another SHA-256 (demo-1.0.dist-info/METADATA)"},
		{"row 31 W-03", sdistHolding([2]string{"demo-1.0/setup.py", ""}), 400, index.CodeMetadataMissing, "PKG-INFO"},
		{"row 32", sdistHolding([2]string{"demo-1.0/PKG-INFO", metadata[1]}), 400, index.CodeLicenseFile, "does not exist"},
		{"AV-16", build("7", holding(wheelFile, later, record(wheelFile, later))), 400, index.CodeMetadataMismatch, `have version "1.1"`},
	}
}

// build sends the wheel under a build tag of its own, so that its filename is new.
func build(tag string, then func(*sent)) func(*sent) {
	return func(u *sent) {
		u.Filename = "demo-1.0-" + tag + "-py3-none-any.whl"
		then(u)
	}
}

// version makes it an upload of another version.
func version(v string) func(*sent) {
	return func(u *sent) {
		u.Dist = apptest.Wheel("demo", v, strings.Repeat("x", 2000))
		u.fields = u.Fields()
	}
}

func fresh(v string, then func(*sent)) func(*sent) {
	return func(u *sent) {
		version(v)(u)
		then(u)
	}
}

// furnish makes the index in which every refusal can happen.
func furnish(t *testing.T) (s *apptest.Server, stranger string) {
	t.Helper()
	s = apptest.Start(t, func(c *config.Config) {
		c.Profile, c.FileLimit, c.Require2FA = "public", 1<<20, "none"
	})
	s.SetClock(-20 * 24 * time.Hour)
	s.MustUpload(apptest.Wheel("demo", "0.1", "old"))
	s.SetClock(0)
	second := apptest.Wheel("demo", "1.0", "second build")
	second.Filename = "demo-1.0-2-py3-none-any.whl"
	for _, d := range []apptest.Dist{
		apptest.Wheel("demo", "1.0", "a"), second, apptest.Wheel("demo", "2.0", "a"), apptest.Wheel("demo-1", "1.0", "a"), apptest.Wheel("archived", "0.1", "a"),
		apptest.Wheel("quarantined", "0.1", "a"), apptest.Wheel("locked", "0.1", "a"), apptest.Wheel("removed", "0.1", "a"), apptest.Wheel("deleted", "0.1", "a"),
	} {
		s.MustUpload(d)
	}
	for _, kind := range []string{index.Archived, index.Quarantined, index.Locked, index.Removed, index.Deleted} {
		s.Run("admin", "flag", "set", "--project", kind, kind, "--reason", "why")
	}
	s.Run("admin", "flag", "set", "--project", "demo", "--release", "2.0", "deleted")
	s.Run("admin", "flag", "set", "--project", "demo", "--file", second.Filename, "deleted")
	s.Run("admin", "name", "prohibit", "forbidden")
	return s, s.NewToken(access.Grant{User: s.User("stranger")})
}

// TestRefusals sends every row through the real server.
func TestRefusals(t *testing.T) {
	s, stranger := furnish(t)
	p, _, err := s.DB.Project(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	limit := func(id string) {
		total := int64(0)
		if id == "row 23" {
			total = p.Size + 10
		}
		setLimits(t, s, p.ID, 0, total)
	}
	for _, row := range append(formRefusals(), fileRefusals()...) {
		t.Run(row.id, func(t *testing.T) {
			limit(row.id)
			change := row.upload
			row.upload = func(u *sent) {
				u.fields["stranger"] = []string{stranger}
				change(u)
				delete(u.fields, "stranger")
			}
			row.send(t, s)
		})
	}
}

// TestSwitches refuses before the body is read (row 2, FN-4), and only while they are on.
func TestSwitches(t *testing.T) {
	s := apptest.Start(t)
	for name, want := range map[string]refused{
		index.SwitchReadOnly:      {status: 403, code: index.CodeReadOnly, want: "Read-only mode: uploads are temporarily disabled. Back at noon."},
		index.SwitchNoUploads:     {status: 403, code: index.CodeUploadsDisabled, want: "New uploads are temporarily disabled."},
		index.SwitchNoNewProjects: {status: 403, code: index.CodeNewProjectsOff, want: "New project registration"},
	} {
		s.Run("admin", "switch", name, "on", "--note", "Back at noon.")
		want.upload = func(*sent) {}
		want.send(t, s)
		s.Run("admin", "switch", name, "off")
	}
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
}

// TestRow14Rate counts the projects a user made within the hour.
func TestRow14Rate(t *testing.T) {
	two := 2
	s := apptest.Start(t, func(c *config.Config) { c.NewProjectsPerHour = &two })
	s.MustUpload(apptest.Wheel("one", "1.0", "x"))
	s.MustUpload(apptest.Wheel("two", "1.0", "x"))
	refused{status: http.StatusTooManyRequests, code: index.CodeTooManyProjects, want: "oo many new projects", upload: func(*sent) {}}.send(t, s)
	s.MustUpload(apptest.Wheel("two", "1.1", "x"))
	s.SetClock(61 * time.Minute)
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
}

// TestU20NothingOnTheDisk: after refusals of files that were read to their end, only blobs that rows name are kept, and no staging file.
func TestU20NothingOnTheDisk(t *testing.T) {
	s := apptest.Start(t)
	good := apptest.Wheel("demo", "1.0", "x")
	bad := good
	bad.Filename = "other-1.0-py3-none-any.whl"
	for range 3 {
		if r := s.Upload(s.Token, bad); r.StatusCode != http.StatusBadRequest {
			t.Fatal(r.Status)
		}
	}
	blobs := 0
	err := filepath.Walk(s.Config.Data, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() && strings.Contains(path, string(filepath.Separator)+"blobs"+string(filepath.Separator)) {
			blobs++
		}
		return err
	})
	if err != nil || blobs != 0 || len(staged(t, s)) != 0 {
		t.Errorf("%d blobs, staging %v, %v", blobs, staged(t, s), err)
	}
}

// setLimits sets how large a file of a project and all of them together may be, 0 for the site's limits.
func setLimits(t *testing.T, s *apptest.Server, id, file, total int64) {
	t.Helper()
	if err := s.DB.Write(t.Context(), func(tx *database.Tx) error { return tx.SetProjectLimits(t.Context(), id, file, total) }); err != nil {
		t.Fatal(err)
	}
}

// reassign gives a name to a new project, as an administrator would (SD-17). There is no command for it yet.
func reassign(t *testing.T, s *apptest.Server, name string) {
	t.Helper()
	err := s.DB.Write(t.Context(), func(tx *database.Tx) error {
		n, _, err := tx.LockName(t.Context(), name)
		if err != nil {
			return err
		}
		if n.ProjectID, err = tx.InsertProject(t.Context(), index.Project{UID: access.NewUID(), Name: name, DisplayName: name}, s.Admin.ID); err != nil {
			return err
		}
		n.Identity++
		if err := tx.SetRole(t.Context(), n.ProjectID, s.Admin.ID, index.Owner); err != nil {
			return err
		}
		return tx.UpdateName(t.Context(), n)
	})
	if err != nil {
		t.Fatal(err)
	}
}
