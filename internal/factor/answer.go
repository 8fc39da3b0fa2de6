package factor

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// base64URL is bytes in the JSON of the browser: base64url without padding.
type base64URL []byte

// MarshalJSON implements json.Marshaler.
func (b base64URL) MarshalJSON() ([]byte, error) {
	return json.Marshal(base64.RawURLEncoding.EncodeToString(b))
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *base64URL) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	decoded, err := base64.RawURLEncoding.DecodeString(s)
	*b = decoded
	return err
}

// answer is PublicKeyCredential.toJSON() (§5.1): RegistrationResponseJSON and AuthenticationResponseJSON.
type answer struct {
	RawID    base64URL `json:"rawId"`
	Type     string    `json:"type"`
	Response struct {
		ClientData        base64URL `json:"clientDataJSON"`
		AttestationObject base64URL `json:"attestationObject"`
		Transports        []string  `json:"transports"`
		AuthenticatorData base64URL `json:"authenticatorData"`
		Signature         base64URL `json:"signature"`
		UserHandle        base64URL `json:"userHandle"`
	} `json:"response"`
	Extensions struct {
		Properties struct {
			Discoverable bool `json:"rk"`
		} `json:"credProps"`
	} `json:"clientExtensionResults"`
}

// mostAnswer is the most bytes of an answer.
const mostAnswer = 64 << 10

func parseAnswer(response []byte) (a answer, err error) {
	if len(response) > mostAnswer {
		return a, fmt.Errorf("the browser's answer has more than %d bytes", mostAnswer)
	}
	if err := json.Unmarshal(response, &a); err != nil {
		return a, errors.New("the browser's answer is malformed")
	}
	if a.Type != "public-key" || len(a.RawID) == 0 {
		return a, errors.New("the browser's answer is not that of a security key")
	}
	return a, nil
}

// What a session is for.
const (
	forCreate  = "webauthn.create"
	forGet     = "webauthn.get"
	forPasskey = "passkey" // a webauthn.get by anybody
)

// sessionTime is how long a person has (MFA-3).
const sessionTime = 5 * time.Minute

// session is what is kept between begin and finish.
type session struct {
	For       string    `json:"for"`
	Challenge base64URL `json:"challenge"`
	Until     int64     `json:"until"` // seconds
	Passkey   bool      `json:"passkey,omitempty"`
}

// resume reads a session that was begun for something.
func resume(stored []byte, purpose string, now time.Time) (s session, err error) {
	if json.Unmarshal(stored, &s) != nil || s.For != purpose || len(s.Challenge) < 16 || now.Unix() > s.Until {
		return s, ErrExpired
	}
	return s, nil
}

// checkClient holds what the browser says of the ceremony against what it is (§7.1 steps 5 to 11, §7.2 steps 8 to 13).
func (w *WebAuthn) checkClient(raw []byte, ceremony string, s session) error {
	var c struct {
		Type        string    `json:"type"`
		Challenge   base64URL `json:"challenge"`
		Origin      string    `json:"origin"`
		CrossOrigin bool      `json:"crossOrigin"`
	}
	switch err := json.Unmarshal(raw, &c); {
	case err != nil || c.Type != ceremony:
		return errors.New("the browser's answer is to another question")
	case subtle.ConstantTimeCompare(c.Challenge, s.Challenge) == 0:
		return ErrExpired
	case c.Origin != w.origin:
		return fmt.Errorf("the security key was used on %q; this site is %s", c.Origin, w.origin)
	case c.CrossOrigin:
		return errors.New("the security key was used inside another site's page")
	}
	return nil
}

// checkData holds what the authenticator says against what was asked (§7.1 steps 14 to 18, §7.2 steps 15 to 19).
func (w *WebAuthn) checkData(raw []byte, verified bool) (authData, error) {
	d, err := parseAuthData(raw)
	hash := sha256.Sum256([]byte(w.rpID))
	switch {
	case err != nil:
		return d, err
	case !bytes.Equal(d.rpIDHash[:], hash[:]):
		return d, errors.New("the security key's answer is for another site")
	case !d.has(flagPresent):
		return d, errors.New("nobody touched the security key")
	case verified && !d.has(flagVerified):
		return d, ErrNotVerified
	}
	return d, nil
}

// transports keeps the names that the standard knows (§5.8.4).
func transports(given []string) (kept []string) {
	for _, name := range []string{"usb", "nfc", "ble", "smart-card", "hybrid", "internal"} {
		if slices.Contains(given, name) {
			kept = append(kept, name)
		}
	}
	return kept
}
