//go:build slow

package clients

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// schemas holds each schema in an OpenAPI document against the meta-schema of JSON Schema 2020-12: OpenAPI's own leaves
// them open, because a document may use another dialect.
const schemas = `
import json, sys, jsonschema
def walk(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "schema":
                yield value
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)
document = json.load(open(sys.argv[1]))
found = list(document["components"]["schemas"].values()) + list(walk(document))
for schema in found:
    jsonschema.Draft202012Validator.check_schema(schema)
assert len(found) > 300, len(found)
`

// The description of the management API is OpenAPI 3.1: it meets the official meta-schema, each reference leads
// somewhere, each part of an address is described, and no operation's id is there twice. So generators of clients can
// read it (FN-1). Wrong ones are refused.
func TestFN1OpenAPIDocumentIsValid(t *testing.T) {
	shell := Env(t)
	good, err := os.ReadFile(filepath.Join(shell.root, "docs", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, old, new string
		schemas        bool // what is wrong is not in a schema
	}{
		{"as it is", "", "", true},
		{"a field that OpenAPI has not", `"summary":`, `"sumary":`, true},
		{"a place where nothing can be", `"in": "path"`, `"in": "paths"`, true},
		{"a type that JSON has not", `"type": "string"`, `"type": "text"`, false},
	} {
		path := filepath.Join(shell.Home, "openapi.json")
		if err := os.WriteFile(path, []byte(strings.Replace(string(good), row.old, row.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if row.schemas {
			if result := shell.Run(OpenAPI, "--schema", "3.1", path); (result.Code == 0) != (row.old == "") {
				t.Errorf("%s: exit code %d\n%s", row.name, result.Code, result.Output)
			}
		}
		if result := shell.Python(filepath.Join(shell.bin(OpenAPI), "python"), "-c", schemas, path); (result.Code == 0) != row.schemas {
			t.Errorf("%s: the schemas: exit code %d\n%s", row.name, result.Code, result.Output)
		}
	}
}
