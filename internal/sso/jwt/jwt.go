// Package jwt reads and verifies JSON Web Tokens (RFC 7519) in compact form
// (RFC 7515), as OpenID Connect providers sign them: RS256, PS256 and ES256, and
// nothing else. It is small on purpose. Libraries for JOSE know encryption, symmetric
// keys, keys inside of tokens and tokens without a signature, and their users
// switch those off again; here they do not exist. What a token claims is for
// the caller to judge.
package jwt

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxToken bounds a token, in bytes.
const maxToken = 64 << 10

// ErrMalformed says that a text is no token of the form that is read here.
var ErrMalformed = errors.New("malformed token")

// Header is the part of a token's header that matters.
type Header struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
	Type      string          `json:"typ"`
	Critical  json.RawMessage `json:"crit"`
}

// Token is a token whose signature nobody has looked at yet.
type Token struct {
	Header    Header
	payload   []byte
	signed    []byte // what the signature is of
	signature []byte
}

// Parse takes a token apart. It believes nothing: Claims gives nothing away
// before the signature was verified. Tokens with "crit" are refused, since no
// extension is understood here (RFC 7515, 4.1.11).
func Parse(text string) (*Token, error) {
	if len(text) > maxToken {
		return nil, fmt.Errorf("%w: %d bytes, the most is %d", ErrMalformed, len(text), maxToken)
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%w: %d parts instead of 3", ErrMalformed, len(parts))
	}
	var raw [3][]byte
	for i, part := range parts {
		var err error
		if raw[i], err = decode(part); err != nil || len(raw[i]) == 0 {
			return nil, fmt.Errorf("%w: part %d is not base64url without padding", ErrMalformed, i+1)
		}
	}
	t := &Token{payload: raw[1], signature: raw[2], signed: []byte(parts[0] + "." + parts[1])}
	if err := Unmarshal(raw[0], &t.Header); err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrMalformed, err)
	}
	return t, t.Header.check()
}

func (h Header) check() error {
	switch {
	case h.Critical != nil:
		return fmt.Errorf("%w: the header's crit names extensions, none is known", ErrMalformed)
	case h.Type != "" && !strings.EqualFold(h.Type, "JWT"):
		return fmt.Errorf("%w: the type is %.40q; wanted is JWT", ErrMalformed, h.Type)
	}
	return nil
}

// decode is base64url without padding, line breaks or bits that are not used:
// a token has one spelling.
func decode(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, ErrMalformed
	}
	return base64.RawURLEncoding.Strict().DecodeString(text)
}

// Claims verifies the signature with the keys and returns the claims, a JSON
// object. ErrUnknownKey says that newer keys might help.
func (t *Token) Claims(keys KeySet) (json.RawMessage, error) {
	key, err := keys.find(t.Header)
	if err != nil {
		return nil, err
	}
	if err := key.verify(t.Header.Algorithm, t.signed, t.signature); err != nil {
		return nil, err
	}
	var object map[string]json.RawMessage
	if err := Unmarshal(t.payload, &object); err != nil {
		return nil, fmt.Errorf("%w: claims: %w", ErrMalformed, err)
	}
	return t.payload, nil
}

// Unmarshal reads one JSON object into a value. Two members of one name are
// refused (RFC 7515, 4): two readers could take different ones.
func Unmarshal(text []byte, into any) error {
	if err := oneObject(text); err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

const maxDepth = 32

// oneObject checks the form: one object, nothing behind it, no name twice in
// any object of it, not deeper than maxDepth.
func oneObject(text []byte) error {
	if !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) {
		return errors.New("not a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := value(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON object")
	}
	return nil
}

func value(d *json.Decoder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return fmt.Errorf("JSON nested deeper than %d", maxDepth)
	}
	switch token {
	case json.Delim('{'):
		return object(d, depth)
	case json.Delim('['):
		for d.More() {
			if err := value(d, depth+1); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}

// object reads the members. encoding/json matches names to fields without
// regard to case, so names that differ in case only count as equal.
func object(d *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		if folded := strings.ToLower(name); seen[folded] {
			return fmt.Errorf("the member %.40q stands there twice", name)
		} else {
			seen[folded] = true
		}
		if err := value(d, depth+1); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}
