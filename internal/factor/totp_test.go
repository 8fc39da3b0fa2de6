package factor

import (
	"encoding/base32"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
)

// rfcSecret is the secret of RFC 6238, appendix B.
const rfcSecret = "12345678901234567890"

// TestRFC6238 holds the codes of the appendix, cut to six digits.
func TestRFC6238(t *testing.T) {
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := TOTPCode([]byte(rfcSecret), TOTPStep(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

// TestCheckTOTP: one step to each side, ten for the hint about the clock (MFA-2).
func TestCheckTOTP(t *testing.T) {
	secret, now := []byte(rfcSecret), time.Unix(1_800_000_015, 0)
	for away := int64(-12); away <= 12; away++ {
		step, err := CheckTOTP(secret, TOTPCode(secret, TOTPStep(now)+away), now)
		var want error
		switch {
		case away < -10 || away > 10:
			want = ErrWrongCode
		case away < -1 || away > 1:
			want = ErrClock
		}
		if !errors.Is(err, want) || err == nil && step != TOTPStep(now)+away {
			t.Errorf("%d steps away: %d, %v", away, step, err)
		}
	}
}

// TestTOTPText: spaces do not count, everything else does (TOB-PYPI26-9: the step is recorded, not the text).
func TestTOTPInput(t *testing.T) {
	secret, now := []byte(rfcSecret), time.Unix(59, 0)
	for code, ok := range map[string]bool{
		"287082": true, "287 082": true, " 2 8 7 0 8 2\n": true, "287\u00a0082": true, "28708": false, "2870820": false, "": false, "287-082": false,
		"٢٨٧٠٨٢": false, "287082\x00": false, "+287082": false, strings.Repeat("1", 1<<20): false,
	} {
		step, err := CheckTOTP(secret, code, now)
		if (err == nil) != ok || ok && step != 1 {
			t.Errorf("%.20q: %d, %v", code, step, err)
		}
	}
}

func TestTOTPURI(t *testing.T) {
	secret := NewTOTPSecret()
	if len(secret) != 20 || string(secret) == string(NewTOTPSecret()) {
		t.Fatalf("%d bytes, or twice the same", len(secret))
	}
	u, err := url.Parse(TOTPURI("Python: our index", "alice & bob", secret))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Python  our index:alice & bob" || strings.Contains(u.String(), "+") ||
		q.Get("issuer") != "Python: our index" || q.Get("digits") != "6" || q.Get("period") != "30" || q.Get("algorithm") != "SHA1" {
		t.Errorf("%s", u)
	}
	for _, text := range []string{q.Get("secret"), strings.ReplaceAll(TOTPText(secret), " ", "")} {
		if got, err := base32.StdEncoding.DecodeString(text); err != nil || string(got) != string(secret) {
			t.Errorf("%q: %x, %v; want %x", text, got, err, secret)
		}
	}
	if got := TOTPText([]byte(rfcSecret)); got != "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ" {
		t.Error(got)
	}
}

func TestQRCode(t *testing.T) {
	svg, err := QRCode(TOTPURI("Strongroom", "alice", []byte(rfcSecret)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<svg class="qr"`, `viewBox="0 0 57 57"`, `role="img"`, `M4 4h7v1h-7z`} { // version 8: 49 modules; the finder
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in %.200s", want, svg)
		}
	}
	if strings.Contains(svg, "style") || strings.Contains(svg, "alice") {
		t.Errorf("the image has a style, or the text: %.200s", svg)
	}
	if _, err := QRCode(strings.Repeat("x", 5000)); err == nil {
		t.Error("5,000 characters fit")
	}
}

func FuzzCheckTOTP(f *testing.F) {
	for _, code := range []string{"287082", "287 082", "", "\xff"} {
		f.Add([]byte(rfcSecret), code, int64(59))
	}
	f.Fuzz(func(t *testing.T, secret []byte, code string, at int64) {
		step, err := CheckTOTP(secret, code, time.Unix(at, 0))
		if err == nil && !strings.Contains(strings.Join(strings.Fields(code), ""), TOTPCode(secret, step)) {
			t.Errorf("%q was taken for step %d", code, step)
		}
	})
}
