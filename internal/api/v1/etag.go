package v1

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// etagOf is the strong validator of a representation.
func etagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
}

// How entity tags are compared (RFC 9110 §8.8.3.2): weak ones are like none for
// a change.
const (
	strongly = false
	weakly   = true
)

// matches reports whether a header field lists the tag, or any by "*".
func matches(list []string, etag string, weak bool) bool {
	for part := range strings.SplitSeq(strings.Join(list, ","), ",") {
		part = strings.TrimSpace(part)
		if weak {
			part = strings.TrimPrefix(part, "W/")
		}
		if part == "*" || part == etag {
			return true
		}
	}
	return false
}

// replaceProject is the address of a pattern with the parts of a request, but
// for the project's name.
func replaceProject(pattern string, r *http.Request, project string) string {
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		name, is := strings.CutPrefix(part, "{")
		if name = strings.TrimSuffix(name, "}"); !is {
			continue
		}
		if parts[i] = url.PathEscape(r.PathValue(name)); name == "project" {
			parts[i] = project
		}
	}
	return strings.Join(parts, "/")
}
