package upload_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/blob"
	"strongroom/internal/blob/blobtest"
	"strongroom/internal/index"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/upload"
	"strongroom/internal/upload/check"
)

// local is a distribution as a file of the operator's.
func local(d apptest.Dist, owner index.User) upload.LocalFile {
	return upload.LocalFile{
		Content: io.NewSectionReader(bytes.NewReader(d.Body), 0, int64(len(d.Body))), Filename: d.Filename, Owner: owner,
	}
}

// TestAcceptLocalIsAnUpload: the rows are those of an upload, apart from who
// did it.
func TestAcceptLocalIsAnUpload(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		uploaded := apptest.Wheel("up", "1.0", "x", "Requires-Python: >=3.8")
		imported := apptest.Wheel("im", "1.0", "x", "Requires-Python: >=3.8")
		s.MustUpload(uploaded)
		result, err := s.Acceptor.AcceptLocal(t.Context(), local(imported, s.Admin))
		if err != nil || result.Project != "im" || result.Version != "1.0" || result.Duplicate {
			t.Fatalf("%+v, %v", result, err)
		}
		a, _, err := s.DB.PlacedFile(t.Context(), uploaded.Filename)
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := s.DB.PlacedFile(t.Context(), imported.Filename)
		if err != nil {
			t.Fatal(err)
		}
		if a.UploadedBy != s.Admin.ID || b.UploadedBy != 0 {
			t.Errorf("uploaded by %d and %d", a.UploadedBy, b.UploadedBy)
		}
		if b.SHA256 != imported.SHA256() || b.MetadataSHA256 != string(blob.KeyOf([]byte(imported.Metadata))) {
			t.Errorf("other bytes: %+v", b)
		}
		if a.Packagetype != b.Packagetype || a.PythonVersion != b.PythonVersion || a.RequiresPython != b.RequiresPython {
			t.Errorf("an upload gives %+v, an import %+v", a.File, b.File)
		}
		var journal []string
		entries, err := s.DB.Entries(t.Context(), 0, 100)
		for _, e := range entries {
			if e.Name == "im" {
				journal = append(journal, e.Action)
			}
		}
		if got := strings.Join(journal, ", "); err != nil || got != "create, add Owner admin, new release, add py3 file im-1.0-py3-none-any.whl" {
			t.Errorf("the journal says %q (U-24), %v", got, err)
		}
	})
}

// TestAcceptLocalRecognises the same file, and only that.
func TestAcceptLocalRecognises(t *testing.T) {
	s := apptest.Start(t)
	d := apptest.Wheel("demo", "1.0", "x")
	s.MustUpload(d)
	faulty := blobtest.NewFaulty(t, s.Bucket)
	acceptor := *s.Acceptor
	acceptor.Bucket = faulty
	faulty.Fail(blobtest.Each(blobtest.OpStage, blobtest.NotDone), nil)
	if result, err := acceptor.AcceptLocal(t.Context(), local(d, s.Admin)); err != nil || !result.Duplicate {
		t.Errorf("the same file, without writing anything: %+v, %v", result, err)
	}
	other := d
	other.Body = apptest.Wheel("demo", "1.0", "y").Body
	if _, err := s.Acceptor.AcceptLocal(t.Context(), local(other, s.Admin)); !index.HasCode(err, index.CodeFileExists) {
		t.Errorf("other bytes: %v", err)
	}
	s.Run("admin", "flag", "set", "--project", "demo", "--file", d.Filename, "deleted")
	if _, err := s.Acceptor.AcceptLocal(t.Context(), local(d, s.Admin)); !index.HasCode(err, index.CodeFilenameReuse) {
		t.Errorf("the same file after its deletion: %v", err)
	}
}

// brokenSource fails in the middle.
type brokenSource struct{ *bytes.Reader }

// ReadAt implements io.ReaderAt.
func (b brokenSource) ReadAt(p []byte, off int64) (int, error) {
	if off > 10 {
		return 0, errors.New("bad sector")
	}
	return b.Reader.ReadAt(p[:min(len(p), 10)], off)
}

// TestAcceptLocalTellsWhoseFault it was: the file's is a refusal, the store's
// ends an import. Either leaves nothing (U-20).
func TestAcceptLocalTellsWhoseFault(t *testing.T) {
	s := apptest.Start(t)
	d := apptest.Wheel("demo", "1.0", "x")
	f := local(d, s.Admin)
	f.Content = io.NewSectionReader(brokenSource{bytes.NewReader(d.Body)}, 0, int64(len(d.Body)))
	if _, err := s.Acceptor.AcceptLocal(t.Context(), f); !index.HasCode(err, index.CodeInvalidArchive) || !strings.Contains(err.Error(), "bad sector") {
		t.Errorf("a bad sector: %v", err)
	}
	faulty := blobtest.NewFaulty(t, s.Bucket)
	acceptor := *s.Acceptor
	acceptor.Bucket = faulty
	faulty.Fail(blobtest.Each(blobtest.OpWrite, blobtest.NotDone), blob.ErrFull)
	if _, err := acceptor.AcceptLocal(t.Context(), local(d, s.Admin)); !errors.Is(err, blob.ErrFull) {
		t.Errorf("a full disk: %v", err)
	}
	if serial, err := s.DB.LastSerial(t.Context()); serial != 0 || err != nil {
		t.Errorf("serial %d, %v", serial, err)
	}
}

// TestExamine tells everything that is wrong, once.
func TestExamine(t *testing.T) {
	policy := check.Policy{Tags: dist.PyPI, FileLimit: 1 << 20, Limits: dist.DefaultLimits()}
	examiner := upload.Examiner{Policy: policy, Look: upload.LookHere, Now: time.Now()}
	good := apptest.Wheel("demo", "1.0", "x", "License-File: LICENSE") // setuptools wrote it long before metadata 2.4
	for name, c := range map[string]struct {
		d    apptest.Dist
		want string
	}{
		"good":            {good, ""},
		"sdist":           {apptest.Sdist("demo", "1.0", "x"), ""},
		"two problems":    {apptest.Wheel("demo", "1.0", "x", "Requires-Python: no", "Requires-Dist: ???"), "invalid-metadata invalid-metadata"},
		"local version":   {apptest.Wheel("demo", "1.0+x", "x"), "invalid-metadata"},
		"other name":      {renamed(good, "other-1.0-py3-none-any.whl"), "invalid-archive"},
		"other version":   {renamed(apptest.Sdist("demo", "1.0", "x"), "demo-2.0.tar.gz"), "invalid-filename"},
		"no wheel's name": {renamed(good, "demo.whl"), "invalid-filename"},
		"no extension":    {renamed(good, "demo"), "invalid-extension"},
		"a platform":      {renamed(good, "demo-1.0-py3-none-linux_x86_64.whl"), "unsupported-platform-tag invalid-archive"},
		"a folder":        {renamed(apptest.Sdist("demo", "1.0", "x"), `a\demo-1.0.tar.gz`), "invalid-filename"},
		"empty":           {apptest.Dist{Filename: "demo-1.0.tar.gz"}, "invalid-archive"},
	} {
		_, problems, err := examiner.Examine(t.Context(), onDisk(t, c.d))
		var got []string
		for _, p := range problems {
			got = append(got, string(p.Code))
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v %+v, want %q", name, err, problems, c.want)
		}
	}
	broken := onDisk(t, good)
	broken.Content = io.NewSectionReader(brokenSource{bytes.NewReader(good.Body)}, 0, int64(len(good.Body)))
	if _, _, err := examiner.Examine(t.Context(), broken); err == nil {
		t.Error("a file that cannot be read was examined")
	}
}

// onDisk is a distribution as an open file.
func onDisk(t *testing.T, d apptest.Dist) upload.LocalFile {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, d.Body, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	f := local(d, index.User{})
	f.File = file
	return f
}

func renamed(d apptest.Dist, filename string) apptest.Dist {
	d.Filename = filename
	return d
}
