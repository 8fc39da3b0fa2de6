package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"golang.org/x/crypto/blake2b"
)

// Boundary separates the parts of every generated form; it can't occur in a
// wheel by chance.
const Boundary = "strongroom-bench-7f2d8c31b0a94e65"

// ContentType is the header that goes with [Form].
const ContentType = "multipart/form-data; boundary=" + Boundary

// Form is the body of a legacy upload as twine sends it: metadata first, the
// file last, with its SHA-256 and BLAKE2b digests.
func (w Wheel) Form() []byte {
	file := w.Bytes()
	sha, blake := sha256.Sum256(file), blake2b.Sum256(file)
	var b bytes.Buffer
	b.Grow(len(file) + 4096)
	part := func(key, value string) { writeField(&b, key, value) }
	part(":action", "file_upload")
	part("protocol_version", "1")
	part("metadata_version", "2.1")
	for _, f := range w.fields() {
		part(f.form, f.value)
	}
	part("description", w.description())
	part("filetype", "bdist_wheel")
	part("pyversion", "py3")
	part("sha256_digest", hex.EncodeToString(sha[:]))
	part("blake2_256_digest", hex.EncodeToString(blake[:]))
	writeContent(&b, w.Filename(), file)
	return b.Bytes()
}

func writeField(b *bytes.Buffer, key, value string) {
	fmt.Fprintf(b, "--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", Boundary, key, value)
}

// writeContent ends a form with its file.
func writeContent(b *bytes.Buffer, filename string, file []byte) {
	fmt.Fprintf(b, "--%s\r\nContent-Disposition: form-data; name=\"content\"; filename=%q\r\n", Boundary, filename)
	b.WriteString("Content-Type: application/octet-stream\r\n\r\n")
	b.Write(file)
	fmt.Fprintf(b, "\r\n--%s--\r\n", Boundary)
}
