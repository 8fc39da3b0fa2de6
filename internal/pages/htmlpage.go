package pages

import (
	"html/template"
	"net/url"
	"strings"
	"sync"
)

// simpleHTML is parsed at the first use: a child process that never renders a
// page does not pay for it.
func simpleHTML() *template.Template { return parsedHTML() }

var parsedHTML = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("simple").Parse(htmlTemplate))
})

// escapePath escapes each segment of a path below the root. A plus sign stays
// itself: clients ask for it both ways (F-13).
func escapePath(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}
