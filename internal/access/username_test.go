package access

import (
	"regexp"
	"strings"
	"testing"
)

func TestCheckUsername(t *testing.T) {
	for name, ok := range map[string]bool{
		"a": true, "A1": true, "a.b-c_d": true, "0": true, strings.Repeat("x", 50): true,
		"": false, strings.Repeat("x", 51): false, ".a": false, "a-": false, "a b": false, "ü": false, "a\n": false, "a/b": false, "__token__": false, "a@b": false,
	} {
		if err := CheckUsername(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestNewUID makes version 4 UUIDs, all different.
func TestNewUID(t *testing.T) {
	shape := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for range 100 {
		uid := NewUID()
		if !shape.MatchString(uid) || seen[uid] {
			t.Errorf("%q is malformed or seen before", uid)
		}
		seen[uid] = true
	}
}
