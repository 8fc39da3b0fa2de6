package factor

import (
	"encoding/binary"
)

// Flags of authenticator data (WebAuthn §6.1).
const (
	flagPresent    = 1 << 0 // UP
	flagVerified   = 1 << 2 // UV
	flagEligible   = 1 << 3 // BE
	flagBackedUp   = 1 << 4 // BS
	flagCredential = 1 << 6 // AT
	flagExtensions = 1 << 7 // ED
)

// authData is what an authenticator says, and signs.
type authData struct {
	rpIDHash [32]byte
	flags    byte
	counter  uint32

	aaguid, id, key []byte // with flagCredential
}

func (d authData) has(flag byte) bool { return d.flags&flag != 0 }

// parseAuthData reads authenticator data to its end.
func parseAuthData(b []byte) (d authData, err error) {
	if len(b) < 37 {
		return d, errCBOR
	}
	copy(d.rpIDHash[:], b)
	d.flags, d.counter = b[32], binary.BigEndian.Uint32(b[33:])
	b = b[37:]
	if d.has(flagCredential) {
		if b, err = d.readCredential(b); err != nil {
			return d, err
		}
	}
	if d.has(flagExtensions) {
		var extensions any
		if extensions, b, err = readCBOR(b); err != nil {
			return d, err
		}
		if _, ok := extensions.(map[any]any); !ok {
			return d, errCBOR
		}
	}
	if len(b) > 0 || d.has(flagBackedUp) && !d.has(flagEligible) {
		return d, errCBOR
	}
	return d, nil
}

// readCredential reads attested credential data (§6.5.2) and returns what follows.
func (d *authData) readCredential(b []byte) (rest []byte, err error) {
	if len(b) < 18 {
		return nil, errCBOR
	}
	size := int(binary.BigEndian.Uint16(b[16:]))
	if size == 0 || size > 1023 || len(b) < 18+size {
		return nil, errCBOR
	}
	d.aaguid, d.id = b[:16], b[18:18+size]
	b = b[18+size:]
	if _, rest, err = readCBOR(b); err != nil {
		return nil, err
	}
	d.key = b[:len(b)-len(rest)]
	return rest, nil
}

// attested reads the authenticator data of an attestation object (§6.5.4). Attestation was not asked for: what the
// authenticator adds about its model is not looked at.
func attested(object []byte) (raw []byte, err error) {
	value, rest, err := readCBOR(object)
	if err != nil {
		return nil, err
	}
	fields, ok := value.(map[any]any)
	raw, given := fields["authData"].([]byte)
	if !ok || !given || len(rest) > 0 {
		return nil, errCBOR
	}
	return raw, nil
}
