package data

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Bomb is the form of an sdist that the gate must refuse.
func Bomb(archive []byte) []byte {
	sha := sha256.Sum256(archive)
	var b bytes.Buffer
	for _, f := range [][2]string{
		{":action", "file_upload"},
		{"protocol_version", "1"},
		{"metadata_version", "2.1"},
		{"name", "bomb"},
		{"version", "1.0"},
		{"filetype", "sdist"},
		{"pyversion", "source"},
		{"sha256_digest", hex.EncodeToString(sha[:])},
	} {
		writeField(&b, f[0], f[1])
	}
	writeContent(&b, "bomb-1.0.tar.gz", archive)
	return b.Bytes()
}

// Zeros is 10 MB that expand to 10 GB of zeros: dear to receive.
func Zeros() ([]byte, error) {
	var member bytes.Buffer
	w := gzip.NewWriter(&member)
	zeros := make([]byte, 1<<20)
	for range 100 {
		if _, err := w.Write(zeros); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return bytes.Repeat(member.Bytes(), 100), err
}

// Folders is 1 MB that costs a second to look into: more folders than an archive
// may have, each 60 deep.
func Folders() ([]byte, error) {
	var whole bytes.Buffer
	z, err := gzip.NewWriterLevel(&whole, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(z)
	for i := range 101_000 {
		name := fmt.Sprintf("bomb-1.0/%s%07d/", strings.Repeat("D/", 58), i)
		if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: 0o755}); err != nil {
			return nil, err
		}
	}
	err = errors.Join(w.Close(), z.Close())
	return whole.Bytes(), err
}
