package v1

import (
	"reflect"
	"strings"
	"time"
)

// object is a JSON object under construction. Maps are written with their keys
// sorted, so the document has one form.
type object map[string]any

// schemas collects the schemas of named types for components/schemas.
type schemas object

// of is the schema of a type: a reference for structs, which are described once.
func (s schemas) of(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return s.of(t.Elem())
	case t.Kind() == reflect.Struct:
		return object{"$ref": "#/components/schemas/" + s.define(t)}
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case t.Kind() == reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case t.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		return object{"type": "integer", "format": "int64"}
	}
	return object{"type": "string"}
}

// define describes a struct under its name and returns the name.
func (s schemas) define(t reflect.Type) string {
	name := schemaName(t)
	if s[name] != nil {
		return name
	}
	properties, required := object{}, []string{}
	s[name] = object{} // a type that holds itself is described once
	body := strings.HasSuffix(name, "Request")
	for _, f := range fields(t) {
		p := s.of(f.of)
		if f.doc != "" {
			p["description"] = f.doc
		}
		if len(f.enum) > 0 {
			p["enum"] = f.enum
		}
		properties[f.name] = p
		if f.required || !body && !f.optional {
			required = append(required, f.name)
		}
	}
	described := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		described["required"] = required
	}
	if body {
		described["additionalProperties"] = false
	}
	s[name] = described
	return name
}

// schemaName makes Release of releaseJSON, ReleaseList of a list of them, and
// YankRequest of yankBody.
func schemaName(t reflect.Type) string {
	name := t.Name()
	if _, of, generic := strings.Cut(name, "["); generic {
		of = of[strings.LastIndex(of, ".")+1:]
		name = strings.TrimSuffix(strings.TrimSuffix(of, "]"), "JSON") + "List"
	}
	name = strings.TrimSuffix(name, "JSON")
	if stem, body := strings.CutSuffix(name, "Body"); body {
		name = stem + "Request"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
