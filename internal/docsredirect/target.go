package docsredirect

import (
	"net/url"
	"strings"
)

// Target is where a visitor goes who asked for rest, the path behind the
// project's name, with this query. It always begins with the owner's address,
// whatever the visitor sent: what could lead elsewhere is escaped or left out
// (DR-7).
func (r Redirect) Target(rest, query string) string {
	if !r.KeepPath {
		return r.URL
	}
	var b strings.Builder
	b.WriteString(r.base())
	slash := true // what is only dots and slashes is the first page
	for segment := range strings.SplitSeq(rest, "/") {
		if segment == "" || segment == "." || segment == ".." {
			continue
		}
		b.WriteByte('/')
		b.WriteString(url.PathEscape(segment))
		slash = strings.HasSuffix(rest, "/")
	}
	if slash {
		b.WriteByte('/')
	}
	if values, err := url.ParseQuery(query); err == nil && len(values) > 0 {
		b.WriteByte('?')
		b.WriteString(values.Encode())
	}
	return b.String()
}
