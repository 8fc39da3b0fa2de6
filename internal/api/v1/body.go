package v1

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// maxBody is the largest body of a request.
const maxBody = 64 << 10

// readBody takes the body in. One that is not asked for must be empty.
func readBody(w http.ResponseWriter, r *http.Request, asks reflect.Type) ([]byte, error) {
	slow := middleware.NewSlowBody(w, r)
	defer slow.Done()
	body, err := io.ReadAll(io.LimitReader(slow, maxBody+1))
	if e := index.AsError(err); err != nil && e.Code != index.CodeInternal {
		return nil, e
	} else if err != nil {
		return nil, &index.Error{Code: index.CodeInvalidBody, Detail: "The body ended early.", Err: err}
	}
	if len(body) > maxBody {
		if !slow.Drain(16 * maxBody) {
			w.Header().Set("Connection", "close")
		}
		return nil, index.Refuse(index.CodeBodyTooLarge, "The body is larger than %d bytes.", maxBody)
	}
	if asks == nil && len(bytes.TrimSpace(body)) > 0 {
		return nil, index.Refuse(index.CodeInvalidBody, "This request has no body; leave it out.")
	}
	return body, checkType(r, body)
}

// checkType refuses bodies that do not call themselves JSON: no form of a page
// can (security-bar 2.4).
func checkType(r *http.Request, body []byte) error {
	given := r.Header.Get("Content-Type")
	if given == "" && len(body) == 0 {
		return nil
	}
	media, _, err := mime.ParseMediaType(given)
	if err != nil || media != "application/json" && !(len(body) == 0 && r.Method == http.MethodDelete) {
		return index.Refuse(index.CodeUnsupportedBody, "The body must be of the type application/json, not %.60q.", given)
	}
	return nil
}

// decode reads a body strictly: every field must be known, once, in its own
// spelling.
func decode[In any](body []byte) (in In, err error) {
	t := reflect.TypeFor[In]()
	if t == reflect.TypeFor[none]() {
		return in, nil
	}
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	if err := checkFields(body, t); err != nil {
		return in, err
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return in, unreadable(err)
	}
	return in, checkValues(reflect.ValueOf(in))
}

// checkFields refuses fields that the type does not have, fields that are there
// twice and fields that are null; encoding/json takes all of them, and spellings
// that differ in case.
func checkFields(body []byte, t reflect.Type) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil {
		return unreadable(err)
	} else if open != json.Delim('{') {
		return index.Refuse(index.CodeInvalidBody, "The body must be a JSON object.")
	}
	var seen []string
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return unreadable(err)
		}
		name, _ := token.(string)
		if names := fieldNames(t); !slices.Contains(names, name) {
			return index.Refuse(index.CodeInvalidBody, "There is no field %.60q here; there are %s.", name, strings.Join(names, ", "))
		}
		if slices.Contains(seen, name) {
			return index.Refuse(index.CodeInvalidBody, "The field %q is there twice.", name)
		}
		seen = append(seen, name)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return unreadable(err)
		}
		if string(value) == "null" {
			return index.Refuse(index.CodeInvalidBody, "The field %q cannot be null; leave it out, or say what is meant.", name)
		}
	}
	if _, err := d.Token(); err != nil {
		return unreadable(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return index.Refuse(index.CodeInvalidBody, "There is something behind the JSON object.")
	}
	return nil
}

func unreadable(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return index.Refuse(index.CodeInvalidBody, "The field %q cannot be a JSON %s.", wrong.Field, wrong.Value)
	}
	return index.Refuse(index.CodeInvalidBody, "The body is not JSON as it is asked for: %v.", err)
}

// checkValues holds fields against what their tags say: required ones are
// there, and those of an enumeration are of it.
func checkValues(v reflect.Value) error {
	for _, f := range fields(v.Type()) {
		value := v.FieldByIndex(f.index)
		if f.required && value.IsZero() {
			return index.Refuse(index.CodeInvalidBody, "The field %q is missing.", f.name)
		}
		if text := value.Kind() == reflect.String; text && len(f.enum) > 0 && !value.IsZero() && !slices.Contains(f.enum, value.String()) {
			return index.Refuse(index.CodeInvalidBody, "The field %q cannot be %.60q; it is one of %s.", f.name, value.String(), strings.Join(f.enum, ", "))
		}
	}
	return nil
}
