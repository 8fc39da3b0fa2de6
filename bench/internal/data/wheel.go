package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// SmallWheel is the payload of an ordinary wheel: with its metadata the file
// is about 20 kB.
const SmallWheel = 16_500

// LargeWheel is the payload of the wheel of a hundred megabytes; the whole file
// stays under PyPI's limit of 100 MiB.
const LargeWheel = 100_000_000

// Wheel is one generated distribution.
type Wheel struct {
	Project string // normalised name
	Version string // PEP 440, canonical
	Payload int    // bytes of incompressible content inside
}

// Filename is the wheel's name by the binary distribution format.
func (w Wheel) Filename() string {
	return fmt.Sprintf("%s-%s-py3-none-any.whl", w.module(), w.Version)
}

// Bytes returns the whole file: RECORD names every member with its hash and
// size, members are stored without data descriptors (PyPI refuses them).
func (w Wheel) Bytes() []byte {
	info := fmt.Sprintf("%s-%s.dist-info/", w.module(), w.Version)
	members := []member{
		{w.module() + "/__init__.py", w.source()},
		{w.module() + "/data.bin", w.payload()},
		{info + "METADATA", w.Metadata()},
		{info + "WHEEL", []byte("Wheel-Version: 1.0\nGenerator: strongroom-bench (1)\nRoot-Is-Purelib: true\nTag: py3-none-any\n")},
		{info + "top_level.txt", []byte(w.module() + "\n")},
	}
	members = append(members, member{info + "RECORD", record(members, info+"RECORD")})
	return archive(members)
}

// Metadata is the core metadata file, version 2.1.
func (w Wheel) Metadata() []byte {
	var b bytes.Buffer
	b.WriteString("Metadata-Version: 2.1\n")
	for _, f := range w.fields() {
		fmt.Fprintf(&b, "%s: %s\n", f.header, f.value)
	}
	fmt.Fprintf(&b, "\n%s", w.description())
	return b.Bytes()
}

// field is one metadata field: its header in METADATA and its form key on upload.
type field struct{ header, form, value string }

func (w Wheel) fields() []field {
	return []field{
		{"Name", "name", w.Project},
		{"Version", "version", w.Version},
		{"Summary", "summary", "Tools for " + strings.ReplaceAll(w.Project, "-", " ") + " work"},
		{"Home-page", "home_page", "https://example.org/" + w.Project},
		{"Author", "author", "The Bench Authors"},
		{"Author-email", "author_email", "bench@example.org"},
		{"License", "license", "Apache-2.0"},
		{"Classifier", "classifiers", "Programming Language :: Python :: 3"},
		{"Requires-Python", "requires_python", ">=3.8"},
		{"Requires-Dist", "requires_dist", "packaging >=23.0"},
		{"Requires-Dist", "requires_dist", "tomli >=2.0 ; python_version < '3.11'"},
		{"Description-Content-Type", "description_content_type", "text/markdown"},
	}
}

// Values is the metadata as an upload's form names it.
func (w Wheel) Values() map[string][]string {
	values := map[string][]string{"metadata_version": {"2.1"}, "description": {w.description()}}
	for _, f := range w.fields() {
		values[f.form] = append(values[f.form], f.value)
	}
	return values
}

func (w Wheel) description() string {
	return "# " + w.Project + "\n\n" + strings.Repeat("A wheel made to measure a package index. ", 20) + "\n"
}

func (w Wheel) module() string { return strings.ReplaceAll(w.Project, "-", "_") }

func (w Wheel) source() []byte {
	return []byte("\"\"\"" + w.Project + "\"\"\"\n\n__version__ = \"" + w.Version + "\"\n")
}

// payload is noise seeded by the wheel's name: other bytes in every file, and
// nothing that a compressor could shrink.
func (w Wheel) payload() []byte {
	noise := rand.NewChaCha8(sha256.Sum256([]byte(w.Project + " " + w.Version)))
	b := make([]byte, w.Payload)
	_, _ = noise.Read(b) // never fails by its documentation
	return b
}

func record(members []member, self string) []byte {
	var b bytes.Buffer
	for _, m := range members {
		sum := sha256.Sum256(m.data)
		fmt.Fprintf(&b, "%s,sha256=%s,%d\n", m.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(m.data))
	}
	fmt.Fprintf(&b, "%s,,\n", self)
	return b.Bytes()
}
