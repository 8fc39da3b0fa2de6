package blob_test

import (
	"strings"
	"testing"

	"strongroom/internal/blob"
)

func TestKeyValidate(t *testing.T) {
	hex64 := strings.Repeat("0123456789abcdef", 4)
	for key, want := range map[string]string{
		hex64:                   "",
		"":                      "0 characters",
		hex64[1:]:               "63 characters",
		hex64 + "0":             "65 characters",
		strings.ToUpper(hex64):  `contains 'A'`,
		"g" + hex64[1:]:         `contains 'g'`,
		"../" + hex64[3:]:       `contains '.'`,
		hex64[:63] + "/":        `contains '/'`,
		hex64[:62] + "é":        `contains`,
		"sha256:" + hex64[7:]:   `contains 's'`,
		hex64[:63] + "\x00":     `contains '\x00'`,
		strings.Repeat("ä", 32): "contains",
	} {
		err := blob.Key(key).Validate()
		switch {
		case want == "" && err != nil:
			t.Errorf("Validate(%q) = %v", key, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("Validate(%q) = %v, want an error with %q", key, err, want)
		}
	}
}

func TestKeyOf(t *testing.T) {
	// The SHA-256 of nothing (FIPS 180-4).
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got := blob.KeyOf(nil); got != empty {
		t.Errorf("KeyOf(nil) = %s", got)
	}
}
