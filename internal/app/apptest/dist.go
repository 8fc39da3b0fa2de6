package apptest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"strongroom/internal/packaging"
)

// Dist is a distribution made for a test.
type Dist struct {
	Name, Version string
	Filename      string
	Filetype      string // sdist or bdist_wheel
	Pyversion     string
	Metadata      string // METADATA or PKG-INFO
	Body          []byte
}

// Wheel makes a small valid wheel for every Python. extra lines, such as
// "Requires-Python: >=3.8", go into its METADATA; payload makes its bytes
// differ.
func Wheel(name, version, payload string, extra ...string) Dist {
	return TaggedWheel("py3", name, version, payload, extra...)
}

// TaggedWheel makes a wheel for other Pythons, such as "py2.py3".
func TaggedWheel(python, name, version, payload string, extra ...string) Dist {
	stem := packaging.FilenameName(name) + "-" + version
	d := Dist{
		Name: name, Version: version, Filename: stem + "-" + python + "-none-any.whl", Filetype: "bdist_wheel", Pyversion: python,
		Metadata: metadata(name, version, extra),
	}
	info := stem + ".dist-info/"
	members := [][2]string{
		{packaging.FilenameName(name) + "/__init__.py", "PAYLOAD = " + fmt.Sprintf("%q", payload) + "\n"},
		{info + "METADATA", d.Metadata},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: apptest\nRoot-Is-Purelib: true\nTag: " + python + "-none-any\n"},
	}
	record := ""
	for _, m := range members {
		sum := sha256.Sum256([]byte(m[1]))
		record += fmt.Sprintf("%s,sha256=%s,%d\n", m[0], base64.RawURLEncoding.EncodeToString(sum[:]), len(m[1]))
	}
	members = append(members, [2]string{info + "RECORD", record + info + "RECORD,,\n"})
	d.Body = Zip(members)
	return d
}

// Sdist makes a small valid source distribution.
func Sdist(name, version, payload string, extra ...string) Dist {
	stem := packaging.FilenameName(name) + "-" + version
	d := Dist{
		Name: name, Version: version, Filename: stem + ".tar.gz", Filetype: "sdist", Pyversion: "source",
		Metadata: metadata(name, version, extra),
	}
	d.Body = TarGz([][2]string{
		{stem + "/PKG-INFO", d.Metadata}, {stem + "/pyproject.toml", "[build-system]\nrequires = []\n"}, {stem + "/payload.txt", payload},
	})
	return d
}

// TarGz writes members, each a path and a text, as source distributions do.
func TarGz(members [][2]string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, m := range members {
		must(w.WriteHeader(&tar.Header{Name: m[0], Mode: 0o644, Size: int64(len(m[1])), Format: tar.FormatPAX}))
		_, err := w.Write([]byte(m[1]))
		must(err)
	}
	must(w.Close())
	must(z.Close())
	return b.Bytes()
}

func metadata(name, version string, extra []string) string {
	text := "Metadata-Version: 2.2\nName: " + name + "\nVersion: " + version + "\n"
	for _, line := range extra {
		text += line + "\n"
	}
	return text + "\nThe long description of " + name + ".\n"
}

// Zip stores members, each a path and a text, without data descriptors, as PyPI
// wants archives.
func Zip(members [][2]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		text := []byte(m[1])
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: m[0], Method: zip.Store, CRC32: crc32.ChecksumIEEE(text),
			CompressedSize64: uint64(len(text)), UncompressedSize64: uint64(len(text)),
		})
		must(err)
		_, err = w.Write(text)
		must(err)
	}
	must(z.Close())
	return b.Bytes()
}

// must is for writers into memory, which cannot fail.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// SHA256 is the digest of the file in hex.
func (d Dist) SHA256() string {
	sum := sha256.Sum256(d.Body)
	return hex.EncodeToString(sum[:])
}

// Fields is the form that twine would send; tests change it.
func (d Dist) Fields() map[string][]string {
	f := map[string][]string{
		":action": {"file_upload"}, "protocol_version": {"1"}, "metadata_version": {"2.2"},
		"name": {d.Name}, "version": {d.Version}, "filetype": {d.Filetype}, "pyversion": {d.Pyversion},
		"sha256_digest": {d.SHA256()}, "description": {"The long description of " + d.Name + ".\n"},
	}
	for line := range strings.Lines(d.Metadata) {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\n"), ": ")
		if !ok {
			break
		}
		if name := strings.ReplaceAll(strings.ToLower(key), "-", "_"); f[name] == nil {
			f[name] = []string{value}
		} else if name == "requires_dist" || name == "provides_extra" {
			f[name] = append(f[name], value)
		}
	}
	return f
}

// Form encodes fields and the file as multipart/form-data.
func (d Dist) Form(fields map[string][]string) (contentType string, body *bytes.Buffer) {
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for name, values := range fields {
		for _, v := range values {
			must(w.WriteField(name, v))
		}
	}
	if d.Filename != "" {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="content"; filename="%s"`, d.Filename)},
			"Content-Type":        {"application/octet-stream"},
		})
		must(err)
		_, err = part.Write(d.Body)
		must(err)
	}
	must(w.Close())
	return w.FormDataContentType(), body
}

// Upload sends the distribution with a token, as twine would.
func (s *Server) Upload(token string, d Dist) Response {
	s.t.Helper()
	return s.UploadForm(token, d, d.Fields())
}

// UploadForm sends the distribution with other fields.
func (s *Server) UploadForm(token string, d Dist, fields map[string][]string) Response {
	s.t.Helper()
	contentType, body := d.Form(fields)
	headers := []string{"Content-Type", contentType, "Accept", "*/*"}
	if token != "" {
		headers = append(headers, "Authorization", "Bearer "+token)
	}
	return s.Do(http.MethodPost, "/legacy/", body, headers...)
}

// MustUpload sends the distribution as the administrator and fails the test
// unless it is accepted.
func (s *Server) MustUpload(d Dist) {
	s.t.Helper()
	if r := s.Upload(s.Token, d); r.StatusCode != http.StatusOK {
		s.t.Fatalf("upload of %s: %s\n%s", d.Filename, r.Status, r.Text)
	}
}
