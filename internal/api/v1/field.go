package v1

import (
	"reflect"
	"strings"
)

// field is a field of a JSON object, as the tags of a struct's field have it:
//
//	json  its name; with omitempty or omitzero it may be left out
//	doc   what it says
//	enum  the values that a text may have
//	need  "yes" in a request that must have it
type field struct {
	name, doc string
	index     []int
	of        reflect.Type
	enum      []string
	optional  bool // may be missing in an answer
	required  bool // must be there in a request
}

// fields lists those of a struct, with those of embedded structs.
func fields(t reflect.Type) (out []field) {
	for _, sf := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		f := field{name: name, doc: sf.Tag.Get("doc"), index: sf.Index, of: sf.Type}
		f.optional, f.required = strings.Contains(options, "omit"), sf.Tag.Get("need") == "yes"
		if list := sf.Tag.Get("enum"); list != "" {
			f.enum = strings.Split(list, ",")
		}
		out = append(out, f)
	}
	return out
}

func fieldNames(t reflect.Type) (names []string) {
	for _, f := range fields(t) {
		names = append(names, f.name)
	}
	return names
}
