package factor

import (
	"errors"
	"time"
)

// Errors of CheckTOTP.
var (
	// ErrWrongCode says that the code is not one of these minutes.
	ErrWrongCode = errors.New("the code is wrong; enter the six digits that the app shows now")
	// ErrClock says that the code was right up to five minutes ago, or will be: a clock is wrong.
	ErrClock = errors.New("the code is of another time; set the clock of your device, and try again")
)

// NewTOTPSecret makes the 20 random bytes that server and app share. They are sealed before they are stored (MFA-2).
func NewTOTPSecret() []byte { return nil }

// TOTPStep is the number of the 30 seconds that a time falls in (RFC 6238 §4.2).
func TOTPStep(at time.Time) int64 { return 0 }

// TOTPCode is the code of one step: HMAC-SHA-1, six digits (RFC 4226 §5.3).
func TOTPCode(secret []byte, step int64) string { return "" }

// CheckTOTP returns the step whose code was entered: that of now, the one before or the one after (MFA-2). Spaces in
// the code do not count. The caller records the step in the same transaction that lets the person in, and refuses one
// that is not greater than the last recorded. ErrClock and ErrWrongCode count as failures alike.
func CheckTOTP(secret []byte, code string, now time.Time) (step int64, err error) {
	return 0, ErrWrongCode
}

// TOTPText is a secret as people type it: base32 in groups of four.
func TOTPText(secret []byte) string { return "" }

// TOTPURI is the otpauth:// address that apps read from a QR code. issuer is the site's name, account the user's.
func TOTPURI(issuer, account string, secret []byte) string { return "" }

// QRCode draws a text as a square SVG image (MFA-1) that scales with its box; the path has the class "qr" and no style
// of its own. The error says that the text is too long.
func QRCode(text string) (svg string, err error) { return "", nil }
