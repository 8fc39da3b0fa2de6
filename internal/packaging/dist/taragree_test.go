package dist

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// P24: what we accept reads the same everywhere. Accepted mutants are read by
// our reader, Go's archive/tar, Python's tarfile and libarchive (bsdtar).

// agreementMutants is how many accepted archives the readers are compared on;
// STRONGROOM_LONG multiplies it.
const agreementMutants = 600

// tarView is what a reader sees in an archive, a line for each member.
type tarView []string

// viewLine is one member. A leading "./" and a folder's slash mean nothing.
func viewLine(name, kind string, size int64, sum, link string) string {
	name = strings.TrimPrefix(name, "./")
	if kind == "folder" {
		name = strings.TrimSuffix(name, "/")
	}
	if name == "." { // Python's spelling of ./
		name = ""
	}
	return fmt.Sprintf("%q %s %d %s %q", name, kind, size, sum, link)
}

// ourView is what our reader sees; "" is an archive it refuses.
func ourView(t testing.TB, archive []byte) (tarView, error) {
	t.Helper()
	c, err := tarRead(t, archive, Default())
	if err != nil {
		return nil, err
	}
	hard := hardLinks(gunzip(t, archive))
	var view tarView
	for _, m := range c.Members {
		kind := "file"
		switch {
		case m.Dir:
			kind = "folder"
		case m.Link != "" && hard[m.Path]:
			kind = "hardlink"
		case m.Link != "":
			kind = "symlink"
		}
		view = append(view, viewLine(m.Path, kind, m.Size, m.SHA256, m.Link))
	}
	return view, nil
}

// hardLinks are the paths of the hard links in a tar: a [Member] does not tell
// them from symbolic links.
func hardLinks(expanded []byte) map[string]bool {
	hard := map[string]bool{}
	walk := tarWalk{in: newTarStream(bytes.NewReader(expanded)), found: &tarFindings{}, budget: tarExtensionBudget}
	for {
		e, err := walk.next()
		if err != nil {
			return hard
		}
		if e.kind == tarHardLink {
			hard[memberPath(e.name)] = true
		}
		for left := e.size; left > 0; {
			piece, _ := walk.in.some(left)
			left -= int64(len(piece))
		}
		_, _ = walk.in.padding(e.size)
	}
}

// goView is what archive/tar sees up to stop.
func goView(r *tar.Reader, stop func(name string) bool) (view tarView, err error) {
	kinds := map[byte]string{tar.TypeReg: "file", tar.TypeDir: "folder", tar.TypeSymlink: "symlink", tar.TypeLink: "hardlink"}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return view, nil
		}
		if err != nil {
			return view, err
		}
		if stop(h.Name) {
			return view, nil
		}
		sum, size, link := "", int64(0), h.Linkname
		switch h.Typeflag {
		case tar.TypeXGlobalHeader:
			continue
		case tar.TypeReg:
			hash := sha256.New()
			if size, err = io.Copy(hash, r); err != nil {
				return view, err
			}
			sum = hex.EncodeToString(hash.Sum(nil))
		}
		view = append(view, viewLine(h.Name, kinds[h.Typeflag], size, sum, link))
	}
}

// goViewOf is what compress/gzip and archive/tar see in an archive.
func goViewOf(archive []byte) (tarView, error) {
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	view, err := goView(tar.NewReader(z), func(string) bool { return false })
	if err == nil {
		_, err = io.Copy(io.Discard, z)
	}
	return view, err
}

// pythonViews is what Python's tarfile sees, in one process.
func pythonViews(t *testing.T, files []string) []tarView {
	t.Helper()
	python := exec.Command("python3", "testdata/tarview.py")
	python.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	python.Stderr = os.Stderr
	out, err := python.Output()
	if err != nil {
		t.Fatalf("python3 failed; on Debian it comes with: apt-get install python3: %v", err)
	}
	var views []tarView
	for line := range bytes.Lines(out) {
		var members [][5]any
		if err := json.Unmarshal(line, &members); err != nil {
			views = append(views, tarView{string(line)})
			continue
		}
		var view tarView
		for _, m := range members {
			view = append(view, viewLine(m[0].(string), m[1].(string), int64(m[2].(float64)), m[3].(string), m[4].(string)))
		}
		views = append(views, view)
	}
	return views
}

// bsdtarViews is what libarchive sees: bsdtar copies all archives into one,
// with a marker behind each, and archive/tar reads the plain pax it writes.
func bsdtarViews(t *testing.T, files []string) []tarView {
	t.Helper()
	marker := filepath.Join(t.TempDir(), "marker.tar")
	if err := os.WriteFile(marker, slices.Concat(tarFileOf("marker", ""), tarEnd()), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-c", "-P", "-f", "-", "--format", "pax"}
	for _, file := range files {
		args = append(args, "@"+file, "@"+marker)
	}
	bsdtar := exec.Command("bsdtar", args...)
	bsdtar.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	var said bytes.Buffer
	bsdtar.Stderr = &said
	out, err := bsdtar.StdoutPipe()
	if err == nil {
		err = bsdtar.Start()
	}
	if err != nil {
		t.Fatalf("bsdtar is needed; on Debian: apt-get install libarchive-tools: %v", err)
	}
	r := tar.NewReader(bufio.NewReaderSize(out, 1<<20))
	var views []tarView
	for range files {
		view, err := goView(r, func(name string) bool { return name == "marker" })
		if err != nil {
			t.Errorf("what bsdtar wrote: %v", err)
		}
		views = append(views, view)
	}
	_, _ = io.Copy(io.Discard, out)
	if err := bsdtar.Wait(); err != nil {
		t.Errorf("bsdtar: %v\n%s", err, said.String())
	}
	return views
}

func TestTarReadersAgree(t *testing.T) {
	count := agreementMutants
	if os.Getenv("STRONGROOM_LONG") != "" {
		count *= 20
	}
	archives := tarMutants(t, count)
	for _, c := range tarCorpus() {
		if _, err := tarRead(t, c.archive, Default()); err == nil {
			archives = append(archives, c.archive)
		}
	}
	dir := t.TempDir()
	files := make([]string, len(archives))
	for i, archive := range archives {
		files[i] = filepath.Join(dir, fmt.Sprintf("%06d.tar.gz", i))
		if err := os.WriteFile(files[i], archive, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	python, bsdtar := pythonViews(t, files), bsdtarViews(t, files)
	seen := map[string]bool{}
	for i, archive := range archives {
		ours, err := ourView(t, archive)
		if err != nil {
			t.Fatal(err)
		}
		seen[strings.Join(ours, "\n")] = true
		golang, err := goViewOf(archive)
		if err != nil {
			t.Errorf("%d: archive/tar: %v", i, err)
		}
		agree(t, archive, ours, map[string]tarView{"archive/tar": golang, "tarfile": python[i], "bsdtar": bsdtar[i]})
	}
	t.Logf("%d accepted archives, %d of them mutants, %d different contents, read by 4 readers", len(archives), count, len(seen))
}

// agree fails with the archive's tar where a reader sees something else.
func agree(t *testing.T, archive []byte, ours tarView, others map[string]tarView) {
	t.Helper()
	for name, view := range others {
		same := slices.Equal(ours, view)
		if name == "bsdtar" { // libarchive composes all names, which is why others are warned of
			same = slices.Equal(composed(ours), composed(view))
		}
		if !same {
			t.Errorf("%s sees\n%s\nwe see\n%s\nin %q", name, strings.Join(view, "\n"), strings.Join(ours, "\n"), strings.ReplaceAll(string(gunzip(t, archive)), "\x00\x00", ""))
		}
	}
}

// composed is a view with all names in Unicode's composed form.
func composed(view tarView) (out tarView) {
	for _, line := range view {
		out = append(out, norm.NFC.String(line))
	}
	return out
}
