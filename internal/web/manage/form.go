package manage

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"strongroom/internal/index"
)

// maxForm bounds the body of a form in bytes; a password is 4,096 at most.
const maxForm = 64 << 10

// readForm reads the fields of a form. Text that no database could hold is
// refused at the edge (security-bar 2.6).
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, index.Refuse(index.CodeInvalidForm, "The form could not be read: it is malformed, or larger than %d bytes.", maxForm)
	}
	for name, values := range r.PostForm {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, index.Refuse(index.CodeInvalidForm, "The field %q is not valid text.", name)
			}
		}
	}
	return r.PostForm, nil
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
