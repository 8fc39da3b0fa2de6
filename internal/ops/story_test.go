package ops_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app"
	"strongroom/internal/app/apptest"
	"strongroom/internal/ops"
)

// outcome is what a command line did.
type outcome struct {
	code           int
	stdout, stderr string
}

// run carries out a command line on the data folder, inside the server if one
// runs.
func run(data string, args ...string) outcome {
	return runIn(data, 0, args...)
}

// runIn does so with a terminal of some columns.
func runIn(data string, width int, args ...string) outcome {
	return execute(data, width, "", args...)
}

// typed does so with text on standard input.
func typed(data, input string, args ...string) outcome {
	return execute(data, 0, input, args...)
}

func execute(data string, width int, input string, args ...string) outcome {
	var out, errs bytes.Buffer
	code := app.Main(context.Background(), append(args, "--data", data), ops.Console{
		Stdin: strings.NewReader(input), Stdout: &out, Stderr: &errs, Dir: data, Width: width,
	})
	return outcome{code, out.String(), errs.String()}
}

// want fails the test unless the command ended with the code.
func (o outcome) want(t *testing.T, code int) outcome {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit %d, want %d\n%s%s", o.code, code, o.stdout, o.stderr)
	}
	return o
}

// decode reads the one JSON document on standard output.
func decode[T any](t *testing.T, o outcome) (v T) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(o.stdout))
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("not JSON: %v\n%s%s", err, o.stdout, o.stderr)
	}
	if rest, _ := io.ReadAll(dec.Buffered()); strings.TrimSpace(string(rest)) != "" {
		t.Fatalf("more than one document: %s", rest)
	}
	return v
}

// write puts a file into a folder, with a time.
func write(t *testing.T, folder, name string, body []byte, at time.Time) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
	return path
}

// archive makes a zip without data descriptors.
func archive(t *testing.T, members [][2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		text := []byte(m[1])
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: m[0], Method: zip.Store, CRC32: crc32.ChecksumIEEE(text),
			CompressedSize64: uint64(len(text)), UncompressedSize64: uint64(len(text)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wheelWithWrongRecord is a wheel with a file that RECORD does not list.
func wheelWithWrongRecord(t *testing.T, name, version string) apptest.Dist {
	t.Helper()
	d := apptest.Wheel(name, version, "x")
	z, err := zip.NewReader(bytes.NewReader(d.Body), int64(len(d.Body)))
	if err != nil {
		t.Fatal(err)
	}
	members := [][2]string{{name + "/unlisted.py", "pass\n"}}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, [2]string{f.Name, string(text)})
	}
	d.Body = archive(t, members)
	return d
}
