package shell

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"strongroom/internal/index"
)

// maxForm bounds the body of a form in bytes; a password is 4,096 at most.
const maxForm = 64 << 10

// ReadForm reads the fields of a form. Text that no database could hold is
// refused at the edge (security-bar 2.6).
func ReadForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
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
