package limit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"slices"
)

type meta struct {
	Serial  int64  `json:"_last-serial"`
	Version string `json:"api-version"`
}

type jsonFile struct {
	CoreMetadata   any               `json:"core-metadata"`
	DistInfo       any               `json:"data-dist-info-metadata"`
	Filename       string            `json:"filename"`
	Hashes         map[string]string `json:"hashes"`
	RequiresPython string            `json:"requires-python"`
	Size           int64             `json:"size"`
	UploadTime     string            `json:"upload-time"`
	URL            string            `json:"url"`
	Yanked         bool              `json:"yanked"`
}

type jsonProject struct {
	Files    []jsonFile `json:"files"`
	Meta     meta       `json:"meta"`
	Name     string     `json:"name"`
	Versions []string   `json:"versions"`
}

// renderJSON writes a project's page with the keys that PyPI sends.
func renderJSON(name string, files []file, serial int64) []byte {
	p := jsonProject{Meta: meta{serial, "1.4"}, Name: name, Files: []jsonFile{}, Versions: []string{}}
	for _, f := range files {
		hash := coreMetadata(f)
		p.Files = append(p.Files, jsonFile{
			CoreMetadata: hash, DistInfo: hash, Filename: f.name, Hashes: map[string]string{"sha256": f.sha256},
			RequiresPython: f.requiresPython, Size: f.size, URL: f.url(),
			UploadTime: f.uploaded.Format("2006-01-02T15:04:05.000000Z"),
		})
		p.Versions = append(p.Versions, f.version)
	}
	slices.Sort(p.Versions)
	p.Versions = slices.Compact(p.Versions)
	return marshal(p)
}

func coreMetadata(f file) any {
	if f.meta == "" {
		return false
	}
	return map[string]string{"sha256": f.meta}
}

// marshal encodes structs of strings and numbers, which can't fail.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(b, '\n')
}

const htmlHead = "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" content=\"1.4\">\n    <title>%s</title>\n  </head>\n  <body>\n    <h1>%s</h1>\n"

// renderHTML writes a project's page with the attributes that PyPI sends.
func renderHTML(name string, files []file, serial int64) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, htmlHead, "Links for "+name, "Links for "+name)
	for _, f := range files {
		fmt.Fprintf(&b, "<a href=\"%s#sha256=%s\"", f.url(), f.sha256)
		if f.requiresPython != "" {
			fmt.Fprintf(&b, " data-requires-python=\"%s\"", html.EscapeString(f.requiresPython))
		}
		if f.meta != "" {
			fmt.Fprintf(&b, " data-dist-info-metadata=\"sha256=%s\" data-core-metadata=\"sha256=%s\"", f.meta, f.meta)
		}
		fmt.Fprintf(&b, " >%s</a><br />\n", f.name)
	}
	fmt.Fprintf(&b, "</body>\n</html>\n<!--SERIAL %d-->\n", serial)
	return b.Bytes()
}

type jsonRoot struct {
	Meta     meta       `json:"meta"`
	Projects []jsonName `json:"projects"`
}

type jsonName struct {
	Serial int64  `json:"_last-serial"`
	Name   string `json:"name"`
}

// renderRoot writes the list of all projects.
func renderRoot(asJSON bool, names []string, serial int64) []byte {
	if asJSON {
		root := jsonRoot{Meta: meta{serial, "1.4"}, Projects: []jsonName{}}
		for _, name := range names {
			root.Projects = append(root.Projects, jsonName{serial, name})
		}
		return marshal(root)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, htmlHead, "Simple index", "Simple index")
	for _, name := range names {
		fmt.Fprintf(&b, "    <a href=\"/simple/%s/\">%s</a>\n", name, name)
	}
	fmt.Fprintf(&b, "</body>\n</html>\n<!--SERIAL %d-->\n", serial)
	return b.Bytes()
}
