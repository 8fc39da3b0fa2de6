package data

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"io/fs"
	"time"
)

type member struct {
	name string
	data []byte
}

// archive writes a zip whose local headers carry the sizes and checksums
// themselves, as pip and the wheel tool write them.
func archive(members []member) []byte {
	size := 1024 * len(members)
	for _, m := range members {
		size += len(m.data)
	}
	out := bytes.NewBuffer(make([]byte, 0, size))
	z := zip.NewWriter(out)
	for _, m := range members {
		must(writeMember(z, m))
	}
	must(z.Close())
	return out.Bytes()
}

func writeMember(z *zip.Writer, m member) error {
	body, method := m.data, zip.Store
	if packed := deflate(m.data); len(packed) < len(m.data) {
		body, method = packed, zip.Deflate
	}
	h := &zip.FileHeader{
		Name:               m.name,
		Method:             method,
		CRC32:              crc32.ChecksumIEEE(m.data),
		CompressedSize64:   uint64(len(body)),
		UncompressedSize64: uint64(len(m.data)),
		Modified:           time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	h.SetMode(0o644 | fs.FileMode(0))
	w, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}

// deflate compresses text members; noise is left alone because trying costs
// seconds for the large wheel.
func deflate(b []byte) []byte {
	if len(b) > 8192 {
		return b
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	must(err)
	_, err = w.Write(b)
	must(err)
	must(w.Close())
	return out.Bytes()
}

// must is for writers into memory, which fail only when this package is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
