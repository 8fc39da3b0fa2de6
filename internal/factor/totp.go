package factor

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Errors of CheckTOTP.
var (
	// ErrWrongCode says that the code is not one of these minutes.
	ErrWrongCode = errors.New("the code is wrong; enter the six digits that the app shows now")
	// ErrClock says that the code was right up to five minutes ago, or will be: a clock is wrong.
	ErrClock = errors.New("the code is of another time; set the clock of your device, and try again")
)

const (
	totpPeriod = 30 // seconds
	totpWindow = 1  // steps before and after now that count (MFA-2)
	totpHint   = 10 // steps before and after now that tell of a wrong clock
	totpSecret = 20 // bytes
)

// NewTOTPSecret makes the 20 random bytes that server and app share. They are sealed before they are stored (MFA-2).
func NewTOTPSecret() []byte {
	b := make([]byte, totpSecret)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return b
}

// TOTPStep is the number of the 30 seconds that a time falls in (RFC 6238 §4.2).
func TOTPStep(at time.Time) int64 { return at.Unix() / totpPeriod }

// TOTPCode is the code of one step: HMAC-SHA-1, six digits (RFC 4226 §5.3).
func TOTPCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// CheckTOTP returns the step whose code was entered: that of now, the one before or the one after (MFA-2). Spaces in
// the code do not count. The caller records the step in the same transaction that lets the person in, and refuses one
// that is not greater than the last recorded. ErrClock and ErrWrongCode count as failures alike.
func CheckTOTP(secret []byte, code string, now time.Time) (step int64, err error) {
	code = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, code)
	step, err = 0, ErrWrongCode
	present := TOTPStep(now)
	for s := present - totpHint; s <= present+totpHint; s++ { // always all of them: the time tells nothing
		if subtle.ConstantTimeCompare([]byte(TOTPCode(secret, s)), []byte(code)) == 0 {
			continue
		}
		if s >= present-totpWindow && s <= present+totpWindow {
			step, err = s, nil
		} else if err != nil {
			err = ErrClock
		}
	}
	return step, err
}

// TOTPText is a secret as people type it: base32 in groups of four.
func TOTPText(secret []byte) string { return groups(base32Of(secret), " ") }

// TOTPURI is the otpauth:// address that apps read from a QR code. issuer is the site's name, account the user's.
func TOTPURI(issuer, account string, secret []byte) string {
	query := url.Values{"secret": {base32Of(secret)}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	label := url.PathEscape(strings.ReplaceAll(issuer, ":", " ")) + ":" + url.PathEscape(account)
	return "otpauth://totp/" + label + "?" + strings.ReplaceAll(query.Encode(), "+", "%20") // apps take + for a plus
}

func base32Of(b []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// groups puts a separator behind every four characters.
func groups(s, separator string) string {
	var out []string
	for len(s) > 4 {
		out, s = append(out, s[:4]), s[4:]
	}
	return strings.Join(append(out, s), separator)
}
