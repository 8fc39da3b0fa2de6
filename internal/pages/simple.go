package pages

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// apiVersion is the Simple API's version (SV-01).
const apiVersion = "1.4"

// UploadTime is the spelling of times in Simple JSON (SD-09).
const UploadTime = "2006-01-02T15:04:05.000000Z"

// simpleProject is the JSON answer; fields stand in the order of their keys,
// so the text has sorted keys (SD-20).
type simpleProject struct {
	IdentitySince       string   `json:"_identity_since,omitempty"`       // SD-17
	QuarantinedVersions []string `json:"_quarantined_versions,omitempty"` // SN-3
	Successors          []string `json:"_successors,omitempty"`           // ST-5

	Files         []simpleFile `json:"files"`
	Meta          simpleMeta   `json:"meta"`
	Name          string       `json:"name"`
	ProjectStatus simpleStatus `json:"project-status"`
	Versions      []string     `json:"versions"`
}

type simpleMeta struct {
	LastSerial int64  `json:"_last-serial"`
	APIVersion string `json:"api-version"`
}

type simpleStatus struct {
	Reason string `json:"reason,omitempty"` // SS-03
	Status string `json:"status"`
}

type simpleFile struct {
	Deprecated *deprecation `json:"_deprecated,omitempty"` // of its release (ST-10)

	CoreMetadata     any               `json:"core-metadata"` // false or hashes (SD-11)
	DistInfoMetadata any               `json:"dist-info-metadata"`
	Filename         string            `json:"filename"`
	Hashes           map[string]string `json:"hashes"`
	Provenance       *string           `json:"provenance"`
	RequiresPython   *string           `json:"requires-python"`
	Size             int64             `json:"size"`
	UploadTime       string            `json:"upload-time"`
	URL              string            `json:"url"`
	Yanked           any               `json:"yanked"` // false, true or the reason (SD-14)
}

func (s *Store) renderSimple(ctx context.Context, q database.Q, key Key, p index.Project) (*Page, error) {
	st := index.StatusOf(index.At{Level: index.OnProject, Standing: p.Standing})
	if err := s.goneProject(p, st); err != nil {
		return nil, err
	}
	var files []placed
	var err error
	if st.Offered {
		if files, err = liveFiles(ctx, q, p); err != nil {
			return nil, err
		}
	}
	page := simplePage(p, st, files)
	body, err := []byte(nil), error(nil)
	if key.Kind == SimpleHTML {
		body, err = page.html()
	} else if err = page.tellMore(ctx, q, p, st); err == nil {
		body, err = page.json()
	}
	if err != nil {
		return nil, err
	}
	return s.newPage(key, body, p.LastSerial), nil
}

// tellMore fills in what only the JSON form says: HTML stays at its frozen
// features.
func (page *simpleProject) tellMore(ctx context.Context, q database.Q, p index.Project, st index.Status) (err error) {
	page.Successors = successorNames(st)
	if !st.Offered {
		return nil // nothing of the project is served (SN-4)
	}
	if page.QuarantinedVersions, err = quarantinedVersions(ctx, q, p); err != nil {
		return err
	}
	page.IdentitySince, err = identitySince(ctx, q, p)
	return err
}

// goneProject answers for a project its owner deleted; one that administrators
// withdrew has a page that says so (SN-4).
func (s *Store) goneProject(p index.Project, st index.Status) error {
	if st.Offered || st.Marker == "quarantined" || s.opt.DeletedSimple {
		return nil
	}
	return s.gone(st, p, "Project "+p.Name)
}

func simplePage(p index.Project, st index.Status, files []placed) simpleProject {
	page := simpleProject{
		Files: make([]simpleFile, 0, len(files)), Versions: []string{}, Name: p.Name,
		Meta:          simpleMeta{LastSerial: p.LastSerial, APIVersion: apiVersion},
		ProjectStatus: simpleStatus{Status: st.Marker, Reason: index.Line(st.Reason)},
	}
	for i, f := range files {
		if i == 0 || f.ReleaseID != files[i-1].ReleaseID {
			page.Versions = append(page.Versions, f.Version)
		}
		page.Files = append(page.Files, simpleEntry(f))
	}
	return page
}

func simpleEntry(f placed) simpleFile {
	var metadata any = false
	if f.MetadataSHA256 != "" {
		metadata = map[string]string{"sha256": f.MetadataSHA256}
	}
	e := simpleFile{
		Deprecated:   deprecationOf(f.ReleaseStanding),
		CoreMetadata: metadata, DistInfoMetadata: metadata,
		Filename: f.Filename,
		Hashes:   map[string]string{"sha256": f.SHA256},
		Size:     f.Size, UploadTime: f.UploadedAt.Format(UploadTime),
		URL: relative(f.File), Yanked: yanked(f.status),
	}
	if f.RequiresPython != "" {
		e.RequiresPython = &f.RequiresPython
	}
	return e
}

// relative is a file's address seen from /simple/NAME/. Relative links keep
// pages free of the host, so two nodes give the same bytes (TUF-1, SI-05).
func relative(f index.File) string { return "../../" + escapePath(f.Path()) }

func yanked(st index.Status) any {
	if st.Yanked && st.YankedReason != "" {
		return st.YankedReason
	}
	return st.Yanked
}

func (p simpleProject) json() ([]byte, error) { return compactJSON(p) }

// compactJSON encodes without spaces and without HTML escapes, and ends with a
// newline (SD-20).
func compactJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// htmlTemplate is frozen at what PEP 833 leaves in HTML (SV-04).
const htmlTemplate = `<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="{{.Meta.APIVersion}}">
    <meta name="pypi:project-status" content="{{.ProjectStatus.Status}}">
{{- with .ProjectStatus.Reason}}
    <meta name="pypi:project-status-reason" content="{{.}}">
{{- end}}
    <title>Links for {{.Name}}</title>
  </head>
  <body>
    <h1>Links for {{.Name}}</h1>
{{- range .Files}}
    <a href="{{.Href}}"{{with .RequiresPython}} data-requires-python="{{.}}"{{end}}{{with .Yank}} data-yanked="{{.Reason}}"{{end}}{{with .Metadata}} data-dist-info-metadata="{{.}}" data-core-metadata="{{.}}"{{end}}>{{.Filename}}</a><br />
{{- end}}
  </body>
</html>
`

// Href is the link of a file with its hash (SH-01).
func (f simpleFile) Href() template.URL {
	return template.URL(f.URL + "#sha256=" + f.Hashes["sha256"]) // made of hex and an escaped filename
}

// Metadata is the value of data-core-metadata, empty without (SH-02).
func (f simpleFile) Metadata() string {
	if h, ok := f.CoreMetadata.(map[string]string); ok {
		return "sha256=" + h["sha256"]
	}
	return ""
}

// Yank is nil unless the file is yanked.
func (f simpleFile) Yank() *yank {
	switch y := f.Yanked.(type) {
	case string:
		return &yank{y}
	case bool:
		if y {
			return &yank{}
		}
	}
	return nil
}

type yank struct{ Reason string }

func (p simpleProject) html() ([]byte, error) {
	var b bytes.Buffer
	err := simpleHTML().Execute(&b, p)
	fmt.Fprintf(&b, "<!--SERIAL %d-->\n", p.Meta.LastSerial) // SH-04; templates strip comments
	return b.Bytes(), err
}
