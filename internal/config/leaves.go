package config

import "reflect"

// leaf is one setting: its key, with a dot after the name of a table, and its
// field.
type leaf struct {
	key   string
	value reflect.Value
}

// leaves lists every setting of c in the order of the fields. The values can be
// set when c can.
func leaves(c reflect.Value) []leaf { return appendLeaves(nil, c, "") }

func appendLeaves(out []leaf, table reflect.Value, prefix string) []leaf {
	for i := range table.NumField() {
		key := prefix + table.Type().Field(i).Tag.Get("toml")
		if field := table.Field(i); field.Kind() == reflect.Struct {
			out = appendLeaves(out, field, key+".")
		} else {
			out = append(out, leaf{key, field})
		}
	}
	return out
}

// Keys lists every key in the order of the fields.
func Keys() []string {
	var out []string
	for _, l := range leaves(reflect.ValueOf(Config{})) {
		out = append(out, l.key)
	}
	return out
}
