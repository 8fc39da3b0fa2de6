package upload_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
	"strongroom/internal/upload"
)

const boundary = "xxBOUNDARYxx"

// formOf is a form of parts, each given as it stands between two boundaries.
func formOf(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("--" + boundary + "\r\n" + p + "\r\n")
	}
	return b.String() + "--" + boundary + "--\r\n"
}

func plain(name, value string) string {
	return fmt.Sprintf("Content-Disposition: form-data; name=\"%s\"\r\n\r\n%s", name, value)
}

// partsOf is the form of a distribution as separate parts; the last is the file.
func partsOf(d apptest.Dist) (parts []string) {
	fields := d.Fields()
	for name, values := range fields {
		for _, v := range values {
			parts = append(parts, plain(name, v))
		}
	}
	slices.Sort(parts)
	return append(parts, contentPart(d, fmt.Sprintf(`form-data; name="content"; filename="%s"`, d.Filename), "Content-Type: application/octet-stream\r\n"))
}

func contentPart(d apptest.Dist, disposition, more string) string {
	return "Content-Disposition: " + disposition + "\r\n" + more + "\r\n" + string(d.Body)
}

func post(s *apptest.Server, form string) apptest.Response {
	return s.Do(http.MethodPost, "/legacy/", strings.NewReader(form), "Authorization", "Bearer "+s.Token, "Content-Type", "multipart/form-data; boundary="+boundary, "Accept", "*/*")
}

// TestU06AnyOrder: the file first, last or in the middle.
func TestU06AnyOrder(t *testing.T) {
	s := apptest.Start(t)
	for i := range 3 {
		parts := partsOf(apptest.Wheel("demo", fmt.Sprint(i, ".0"), "x"))
		file, rest := parts[len(parts)-1], parts[:len(parts)-1]
		if r := post(s, formOf(slices.Insert(rest, i*len(rest)/2, file)...)); r.StatusCode != http.StatusOK {
			t.Errorf("file at %d of %d: %s", i*len(rest)/2, len(rest), r.Status)
		}
	}
}

// TestU02FileParts: what a file is, and what else must not be one.
func TestU02FileParts(t *testing.T) {
	s := apptest.Start(t)
	for i, row := range []struct {
		id   string
		with func(d apptest.Dist, parts []string) []string
		want string
	}{
		{"a signature is ignored", func(d apptest.Dist, p []string) []string {
			return append(p, contentPart(apptest.Dist{Body: []byte("sig")}, `form-data; name="gpg_signature"; filename="a.asc"`, ""))
		}, "200 OK"},
		{"another file", func(d apptest.Dist, p []string) []string {
			return append(p, contentPart(apptest.Dist{Body: []byte("x")}, `form-data; name="summary"; filename="a.txt"`, ""))
		}, "400 summary: Should not be a tuple"},
		{"two files", func(d apptest.Dist, p []string) []string { return append(p, p[len(p)-1]) }, "400 The form has more than one file"},
		{"content without a filename", func(d apptest.Dist, p []string) []string { return append(p[:len(p)-1], plain("content", "text")) }, "400 Upload payload does not have a file"},
		{"no content type, as uv sends it", func(d apptest.Dist, p []string) []string {
			return append(p[:len(p)-1], contentPart(d, `form-data; name="content"; filename="`+d.Filename+`"`, ""))
		}, "200 OK"},
		{"row 21 an image", func(d apptest.Dist, p []string) []string {
			return append(p[:len(p)-1], contentPart(d, `form-data; name="content"; filename="`+d.Filename+`"`, "Content-Type: image/png\r\n"))
		}, "400 Invalid distribution file"},
		{"row 21 an empty content type", func(d apptest.Dist, p []string) []string {
			return append(p[:len(p)-1], contentPart(d, `form-data; name="content"; filename="`+d.Filename+`"`, "Content-Type: \r\n"))
		}, "400 Invalid distribution file"},
		{"row 19 a path", func(d apptest.Dist, p []string) []string {
			return append(p[:len(p)-1], contentPart(d, `form-data; name="content"; filename="../../`+d.Filename+`"`, "Content-Type: a/b\r\n"))
		}, "400 Cannot upload a file with '/'"},
		{"row 19 a Windows path", func(d apptest.Dist, p []string) []string {
			return append(p[:len(p)-1], contentPart(d, `form-data; name="content"; filename="C:\`+d.Filename+`"`, "Content-Type: a/b\r\n"))
		}, "400 Cannot upload a file with '/'"},
		{"row 19 encoded as RFC 5987 has it", func(d apptest.Dist, p []string) []string {
			return append(p[:len(p)-1], contentPart(d, `form-data; name="content"; filename*=UTF-8''dem%C3%B6.whl`, "Content-Type: a/b\r\n"))
		}, "400 Cannot upload a file with non-printable"},
		{"a filename without quotes", func(d apptest.Dist, p []string) []string {
			return append(p[:len(p)-1], contentPart(d, `form-data; name=content; filename=`+d.Filename, "Content-Type: a/b\r\n"))
		}, "200 OK"},
	} {
		d := apptest.Wheel("demo", fmt.Sprint(i, ".0"), "x")
		if r := post(s, formOf(row.with(d, partsOf(d))...)); !strings.HasPrefix(r.Status, row.want) {
			t.Errorf("%s: %s, want %s", row.id, r.Status, row.want)
		}
	}
	if left := staged(t, s); len(left) != 0 {
		t.Errorf("staging holds %v", left)
	}
}

// TestFormLimits keep memory bounded (AV-1).
func TestFormLimits(t *testing.T) {
	s := apptest.Start(t)
	d := apptest.Wheel("demo", "1.0", "x")
	many := partsOf(d)
	for range 5000 {
		many = append(many, plain("x", ""))
	}
	for name, row := range map[string]struct{ form, want string }{
		"many fields":     {formOf(many...), "400 The form has more than 5000 fields"},
		"a large field":   {formOf(append(partsOf(d), plain("description", strings.Repeat("x", 4<<20)))...), "400 The form's fields hold more than"},
		"a large name":    {formOf(append(partsOf(d), plain(strings.Repeat("x", 4<<20), ""))...), "400 "},
		"no end":          {strings.TrimSuffix(formOf(partsOf(d)...), "--\r\n"), "400 The multipart form ended early"},
		"ends in a field": {formOf(partsOf(d)...)[:100], "400 The multipart form ended early"},
		"nothing":         {"", "400 "},
		"no form":         {"not a form at all", "400 "},
	} {
		if r := post(s, row.form); !strings.HasPrefix(r.Status, row.want) {
			t.Errorf("%s: %s, want %s", name, r.Status, row.want)
		}
	}
	if r := post(s, formOf(partsOf(d)...)); r.StatusCode != http.StatusOK {
		t.Errorf("after all that: %s", r.Status)
	}
}

// FuzzMultipart sends any body: never a panic, never a half: either the file is there whole, or there is nothing.
func FuzzMultipart(f *testing.F) {
	s := apptest.Start(f)
	wheel, sdist := partsOf(apptest.Wheel("demo", "1.0", "x")), partsOf(apptest.Sdist("demo", "1.0", "x"))
	f.Add([]byte(formOf(wheel...)))
	f.Add([]byte(formOf(sdist...)))
	f.Add([]byte(formOf(wheel...)[:400]))
	f.Add([]byte(formOf(plain("content", "x"), contentPart(apptest.Dist{}, `form-data; name="content"; filename="\"`, ""))))
	id, err := s.Guard.Authenticate(f.Context(), "Bearer "+s.Token)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) { fuzzOne(t, s, id, body) })
}

func fuzzOne(t *testing.T, s *apptest.Server, id *access.Identity, body []byte) {
	before, err := s.DB.Totals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.Acceptor.Accept(t.Context(), upload.Request{Identity: id, Body: multipart.NewReader(bytes.NewReader(body), boundary)})
	if index.HasCode(err, index.CodeInternal) || err != nil && index.AsError(err).Code == index.CodeInternal {
		t.Errorf("a fault of ours: %v", err)
	}
	after, e := s.DB.Totals(t.Context())
	if e != nil {
		t.Fatal(e)
	}
	if stored := after.Files - before.Files; err != nil && (after != before) || err == nil && !result.Duplicate && stored != 1 {
		t.Errorf("%v left %d files, %+v", err, stored, after)
	}
	if left := staged(t, s); len(left) != 0 {
		t.Errorf("staging holds %v", left)
	}
}
