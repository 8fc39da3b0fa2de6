package factor

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
)

func TestNewSecret(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		secret, sum := NewSecret()
		b, err := base64.RawURLEncoding.DecodeString(secret)
		if err != nil || len(b) != 32 || len(secret) != 43 || len(sum) != 64 || seen[secret] || SecretSum(secret) != sum {
			t.Errorf("%q, %q: %v", secret, sum, err)
		}
		seen[secret] = true
	}
	if got := SecretSum("abc"); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" { // FIPS 180-2
		t.Error(got)
	}
}

func TestRecoveryCodes(t *testing.T) {
	codes, shape := NewRecoveryCodes(), regexp.MustCompile(`^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$`)
	var sums []string
	seen := map[string]bool{}
	for _, code := range codes {
		if !shape.MatchString(code) || seen[code] {
			t.Errorf("%q is malformed or there twice", code)
		}
		seen[code] = true
		sums = append(sums, RecoverySum("uid", code))
	}
	if len(codes) != 8 {
		t.Errorf("%d codes, want 8 (MFA-4)", len(codes))
	}
	for i, code := range codes {
		typed := strings.NewReplacer("-", " ", "0", "O", "1", "l").Replace(strings.ToUpper(code))
		for _, form := range []string{code, typed, strings.ReplaceAll(code, "-", ""), " " + code + " "} {
			if got := MatchRecovery("uid", form, sums); got != i {
				t.Errorf("%q matches %d, want %d", form, got, i)
			}
		}
		for _, wrong := range []string{"", code[1:], code + "0", NewRecoveryCodes()[0]} {
			if got := MatchRecovery("uid", wrong, sums); got != -1 {
				t.Errorf("%q matches %d", wrong, got)
			}
		}
		if got := MatchRecovery("another uid", code, sums); got != -1 {
			t.Errorf("another account's code matches %d", got)
		}
	}
	if got := MatchRecovery("uid", codes[0], nil); got != -1 {
		t.Errorf("no codes are left, and %d matches", got)
	}
}
