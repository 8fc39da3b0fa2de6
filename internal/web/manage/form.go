package manage

import (
	"maps"
	"net/http"
	"net/url"
	"slices"

	"strongroom/internal/web/shell"
)

// readForm reads the fields of a form.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	return shell.ReadForm(w, r)
}

// Wrong is what is wrong with a form's fields, by name; "" is the form itself.
type Wrong map[string]string

// With adds what is wrong with one more field.
func (f Wrong) With(name, sentence string) Wrong {
	out := Wrong{name: sentence}
	maps.Copy(out, f)
	return out
}

// Bad is one field with what is wrong with it, for the template.
type Bad struct{ Name, Text string }

// Bad is nil for a field with nothing wrong.
func (f Wrong) Bad(name string) *Bad {
	if text := f[name]; text != "" {
		return &Bad{name, text}
	}
	return nil
}

// First is the name of the first field in the list that is wrong, "" for none:
// the page puts the focus there.
func (f Wrong) First(names ...string) string {
	i := slices.IndexFunc(names, func(n string) bool { return f[n] != "" })
	if i < 0 {
		return ""
	}
	return names[i]
}
