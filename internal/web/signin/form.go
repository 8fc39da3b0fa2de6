package signin

import (
	"errors"
	"net/http"

	"strongroom/internal/account"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

// readForm reads the fields of a form into the request.
func readForm(w http.ResponseWriter, r *http.Request) error {
	_, err := shell.ReadForm(w, r)
	return err
}

// form is what every page with a form knows.
type form struct {
	Next  string
	Token string            // of a link, sent along in a hidden field
	Value map[string]string // what was typed, but for secrets
	Wrong map[string]string // what is wrong, by field; "" for the form itself
}

func newForm(r *http.Request) form {
	return form{Next: next(r), Token: token(r), Value: map[string]string{}, Wrong: map[string]string{}}
}

// token is the secret of a link, or of the page that it opened.
func token(r *http.Request) string {
	if text := r.PostFormValue("token"); text != "" {
		return text
	}
	return r.URL.Query().Get("token")
}

// keep remembers what was typed, so that the page comes back with it.
func (f form) keep(r *http.Request, fields ...string) form {
	for _, name := range fields {
		f.Value[name] = r.PostFormValue(name)
	}
	return f
}

// Field is one field of a page, for the template.
type Field struct {
	Name, Label, Type, Autocomplete, Hint string
	Value, Wrong                          string
	First                                 bool // gets the focus
	Optional                              bool
	Numeric                               bool // codes of digits
	Advise                                bool // on a new password, with the script
}

// Field makes a field of what was typed and what is wrong with it.
func (f form) Field(name, label, kind, autocomplete, hint string) Field {
	return Field{Name: name, Label: label, Type: kind, Autocomplete: autocomplete, Hint: hint, Value: f.Value[name], Wrong: f.Wrong[name]}
}

// Focus has the page begin in this field.
func (f Field) Focus() Field { f.First = true; return f }

// Digits shows the keys for digits on phones.
func (f Field) Digits() Field { f.Numeric = true; return f }

// May lets the field be empty.
func (f Field) May() Field { f.Optional = true; return f }

// Advised has the script tell how strong the password is.
func (f Field) Advised() Field { f.Advise = true; return f }

// refused takes an error that belongs on the page: what is wrong with a field,
// or a proof that was no good. Anything else is not for the form, and returned.
func (f form) refused(err error) error {
	var wrong *account.Invalid
	if errors.As(err, &wrong) {
		f.Wrong[wrong.Field] = wrong.Sentence
		return nil
	}
	for _, code := range []index.Code{index.CodeWrongProof, index.CodePasswordBreached, index.CodeCompany} {
		if index.HasCode(err, code) {
			f.Wrong[""] = index.AsError(err).Detail
			return nil
		}
	}
	return err
}

// beginAgain sends somebody whose half-finished sign-in is over to its beginning.
func beginAgain(w http.ResponseWriter, err error) error {
	if !index.HasCode(err, index.CodeLinkEnded) {
		return err
	}
	setCookie(w, pendingCookie, "", 0)
	return middleware.See(w, "/account/login/")
}
