package dist

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// unpacked is what a tool sees in an archive: "size sha256" by path; a
// folder's path ends in "/" and says nothing else. Paths are in NFC, which
// bsdtar makes of them; the reader warns of the others.
type unpacked map[string]string

// file notes one file.
func (u unpacked) file(path string, content []byte) {
	u.note(path, fmt.Sprintf("%d %s", len(content), sha256Hex(string(content))))
}

func (u unpacked) note(path, what string) {
	path = norm.NFC.String(path)
	if _, again := u[path]; again {
		what = "twice"
	}
	u[path] = what
}

// files returns what is seen without folders, which tools make up and leave
// out as they like.
func (u unpacked) files() unpacked {
	files := maps.Clone(u)
	maps.DeleteFunc(files, func(path, _ string) bool { return strings.HasSuffix(path, "/") })
	return files
}

// ours is what our reader sees.
func ours(c Contents) unpacked {
	u := unpacked{}
	for _, m := range c.Members {
		if m.Dir {
			u.note(m.Path+"/", "")
		} else {
			u.note(m.Path, fmt.Sprintf("%d %s", m.Size, m.SHA256))
		}
	}
	return u
}

// goZip is what Go's archive/zip sees.
func goZip(archive []byte) (unpacked, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, err
	}
	u := unpacked{}
	for _, f := range z.File {
		opened, err := f.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(opened)
		if err != nil {
			return nil, err
		}
		if f.FileInfo().IsDir() {
			u.note(f.Name, "")
		} else {
			u.file(f.Name, content)
		}
	}
	return u, nil
}

// pythonZips is what Python's zipfile sees in each archive of a folder.
func pythonZips(ctx context.Context, folder string) (map[string]unpacked, error) {
	out, err := exec.CommandContext(ctx, "python3", "testdata/zipread.py", folder).Output()
	if err != nil {
		return nil, fmt.Errorf("python3 testdata/zipread.py: %w", err)
	}
	seen := map[string]unpacked{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var answer struct {
			Name, Error string
			Members     map[string][2]any
		}
		if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
			return nil, err
		}
		u := unpacked{"error": answer.Error}
		if answer.Error == "" {
			delete(u, "error")
		}
		for path, m := range answer.Members {
			what := fmt.Sprintf("%.0f %s", m[0], m[1])
			if strings.HasSuffix(path, "/") {
				what = ""
			}
			u.note(path, what)
		}
		seen[answer.Name] = u
	}
	return seen, nil
}

// bsdtar is what libarchive sees: with seeking, which looks at the directory,
// or in a stream, where it has the local headers alone.
func bsdtar(ctx context.Context, path string, stream bool) (unpacked, error) {
	cmd := exec.CommandContext(ctx, "bsdtar", "--format=pax", "-cf", "-", "@"+path)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	if stream {
		in, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer in.Close()
		cmd.Args[len(cmd.Args)-1], cmd.Stdin = "@-", in
	}
	out, err := cmd.Output()
	if err != nil {
		return nil, toolError(err)
	}
	u := unpacked{}
	for archive := tar.NewReader(bytes.NewReader(out)); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return u, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			u.note(h.Name, "")
		case tar.TypeReg:
			u.file(h.Name, content)
		default:
			return nil, fmt.Errorf("%s is of type %c", h.Name, h.Typeflag)
		}
	}
}

// unzip is what Info-ZIP's unzip makes of the archive on disk. Of names that
// are not ASCII and were made on MS-DOS, as Python on Windows marks its own, or
// on NTFS, it makes others, although they are marked as UTF-8; no installer
// uses it, and those archives are not shown to it.
func unzip(ctx context.Context, path, folder string) (unpacked, error) {
	cmd := exec.CommandContext(ctx, "unzip", "-qq", "-o", path, "-d", folder)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	defer os.RemoveAll(folder)
	u := unpacked{}
	return u, filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(folder, file)
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%s is a %v", name, d.Type())
		}
		content, err := os.ReadFile(file)
		u.file(name, content)
		return err
	})
}

// mangledByUnzip reports whether the archive has such a name.
func mangledByUnzip(archive []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(z.File, func(f *zip.File) bool {
		host := f.CreatorVersion >> 8
		return (host == 0 || host == 11) && strings.ContainsFunc(f.Name, func(r rune) bool { return r >= utf8.RuneSelf })
	})
}

// toolError adds what a tool wrote to its error.
func toolError(err error) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	return err
}

// needTools fails the test if a tool is not there.
func needTools(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"bsdtar", "unzip", "python3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is missing; install it: apt-get install libarchive-tools unzip python3", tool)
		}
	}
}

// agreeing is one archive that our reader accepts.
type agreeing struct {
	what    string
	archive []byte
	seen    unpacked
}

// TestZipAgreement is P24: what our reader accepts is read the same, names,
// sizes and SHA-256, by Go, Python, libarchive (with and without seeking) and
// Info-ZIP. The archives are the accepted ones of the corpus and mutants.
func TestZipAgreement(t *testing.T) {
	needTools(t)
	begin := time.Now()
	archives := acceptedZips(t, testing.Short())
	t.Logf("%d archives, made in %v", len(archives), time.Since(begin))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // a tool that hangs is killed; a busy machine is none
	defer cancel()
	folder, scratch := t.TempDir(), t.TempDir()
	for i, a := range archives {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%04d.zip", i)), a.archive, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var wait sync.WaitGroup
	for worker := range 2 {
		wait.Go(func() {
			for i := worker; i < len(archives); i += 2 {
				name := filepath.Join(folder, fmt.Sprintf("%04d.zip", i))
				archives[i].check(ctx, t, name, filepath.Join(scratch, fmt.Sprint(worker)), i%3 == 0)
			}
		})
	}
	python, err := pythonZips(ctx, folder)
	wait.Wait()
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range archives {
		a.compare(t, "Python's zipfile", python[fmt.Sprintf("%04d.zip", i)], a.seen, nil)
	}
}

// check compares one archive with all tools that read one at a time.
func (a *agreeing) check(ctx context.Context, t *testing.T, path, scratch string, stream bool) {
	seen, err := goZip(a.archive)
	a.compare(t, "archive/zip", seen, a.seen, err)
	seen, err = bsdtar(ctx, path, false)
	a.compare(t, "bsdtar", seen, a.seen, err)
	if stream {
		seen, err = bsdtar(ctx, path, true)
		a.compare(t, "bsdtar from a stream", seen, a.seen, err)
	}
	if !mangledByUnzip(a.archive) {
		seen, err = unzip(ctx, path, scratch)
		a.compare(t, "unzip", seen, a.seen.files(), err)
	}
}

func (a *agreeing) compare(t *testing.T, tool string, got, want unpacked, err error) {
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%s: %s sees%s (error: %v); we see%s", a.what, tool, got.beyond(want), err, want.beyond(got))
	}
}

// beyond tells what u has that other has not.
func (u unpacked) beyond(other unpacked) string {
	text := ""
	for path, what := range u {
		if seen, ok := other[path]; !ok || seen != what {
			text += fmt.Sprintf(" %.80q (%.30s)", path, what)
		}
	}
	return text[:min(len(text), 400)]
}
