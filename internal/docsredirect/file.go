package docsredirect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Entry is one line of redirects.txt, with exactly the keys that conveyor reads
// (DR-4).
type Entry struct {
	BaseURI     string `json:"base_uri"`
	IncludePath bool   `json:"include_path"`
	ProjectName string `json:"project_name"`
}

// reserved is a key that conveyor keeps its own things under, in the same map.
const reserved = "_ETag"

// Entries makes a line for each name that a project's documentation was found
// under (DR-5): conveyor compares names exactly. left lists names that cannot
// have one.
func Entries(all []Redirect) (entries []Entry, left []string) {
	for _, r := range all {
		for _, name := range r.names() {
			if name == reserved {
				left = append(left, name)
				continue
			}
			entries = append(entries, Entry{BaseURI: r.base(), IncludePath: r.KeepPath, ProjectName: name})
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Compare(a.ProjectName, b.ProjectName) })
	return entries, left
}

// names are the distinct spellings, sorted.
func (r Redirect) names() []string {
	all := slices.DeleteFunc([]string{r.Display, r.Name, r.Prefix}, func(s string) bool { return s == "" })
	slices.Sort(all)
	return slices.Compact(all)
}

// base has no slash at the end where conveyor puts one before the path.
func (r Redirect) base() string {
	if r.KeepPath {
		return strings.TrimRight(r.URL, "/")
	}
	return r.URL
}

// Format writes redirects.txt: UTF-8, one JSON object a line.
func Format(entries []Entry) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, e := range entries {
		if err := enc.Encode(e); err != nil {
			return nil, fmt.Errorf("write redirect of %s: %w", e.ProjectName, err)
		}
	}
	return b.Bytes(), nil
}

// Parse reads redirects.txt as conveyor does: one bad line, or one without a
// key, is an error for the whole; of a name that stands twice the last line
// counts.
func Parse(text []byte) (map[string]Entry, error) {
	out := map[string]Entry{}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var fields struct {
			BaseURI     *string `json:"base_uri"`
			IncludePath *bool   `json:"include_path"`
			ProjectName *string `json:"project_name"`
		}
		if err := json.Unmarshal(line, &fields); err != nil {
			return nil, fmt.Errorf("line %d of the redirects: %w", n, err)
		}
		if fields.BaseURI == nil || fields.IncludePath == nil || fields.ProjectName == nil {
			return nil, fmt.Errorf("line %d of the redirects lacks project_name, include_path or base_uri", n)
		}
		out[*fields.ProjectName] = Entry{*fields.BaseURI, *fields.IncludePath, *fields.ProjectName}
	}
	return out, nil
}
