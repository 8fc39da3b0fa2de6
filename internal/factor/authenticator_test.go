package factor

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"testing"
)

// authenticator is a security key in software, with the browser around it. Its fields can be set to what a broken or
// hostile one does.
type authenticator struct {
	t       *testing.T
	signer  crypto.Signer
	id      []byte
	handle  []byte
	origin  string
	rpID    string
	flags   byte
	counter uint32

	tamper func(a *answer, client map[string]any) // before signing
	forge  func(a *answer)                        // after signing
}

// newAuthenticator holds a key of an algorithm.
func newAuthenticator(t *testing.T, alg int) *authenticator {
	t.Helper()
	a := &authenticator{t: t, id: []byte("credential"), origin: "https://example.org", rpID: "example.org", flags: flagPresent | flagVerified, counter: 1}
	var err error
	switch alg {
	case algES256:
		a.signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case algEdDSA:
		_, a.signer, err = ed25519.GenerateKey(rand.Reader)
	case algRS256:
		a.signer, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// cborString writes the head of a byte string, then the bytes.
func cborString(b []byte) []byte {
	return append(append([]byte{0x59}, binary.BigEndian.AppendUint16(nil, uint16(len(b)))...), b...)
}

// coseKey is the public key as authenticators write it.
func (a *authenticator) coseKey() []byte {
	switch key := a.signer.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := key.Bytes()
		if err != nil {
			a.t.Fatal(err)
		}
		return append(append(append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21}, cborString(point[1:33])...), 0x22), cborString(point[33:])...)
	case ed25519.PublicKey:
		return append([]byte{0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21}, cborString(key)...)
	case *rsa.PublicKey:
		return append(append(append([]byte{0xa4, 1, 3, 3, 0x39, 1, 0, 0x20}, cborString(key.N.Bytes())...), 0x21), cborString(big.NewInt(int64(key.E)).Bytes())...)
	}
	panic("unknown key")
}

func (a *authenticator) data(extra []byte, flags byte) []byte {
	hash := sha256.Sum256([]byte(a.rpID))
	b := append(hash[:], a.flags|flags)
	return append(binary.BigEndian.AppendUint32(b, a.counter), extra...)
}

// clientData is what the browser says. options are those it was given.
func (a *authenticator) clientData(options []byte, ceremony string) map[string]any {
	var o struct{ Challenge string }
	if err := json.Unmarshal(options, &o); err != nil || o.Challenge == "" {
		a.t.Fatalf("%s: %v", options, err)
	}
	return map[string]any{"type": ceremony, "challenge": o.Challenge, "origin": a.origin, "crossOrigin": false}
}

// create answers navigator.credentials.create.
func (a *authenticator) create(options []byte) []byte {
	var out answer
	client := a.clientData(options, forCreate)
	out.RawID, out.Type = a.id, "public-key"
	credential := append(binary.BigEndian.AppendUint16(make([]byte, 16), uint16(len(a.id))), a.id...)
	out.Response.AuthenticatorData = a.data(append(credential, a.coseKey()...), flagCredential)
	out.Response.Transports = []string{"internal", "usb", "x-ray"}
	if a.tamper != nil {
		a.tamper(&out, client)
	}
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData"), cborString(out.Response.AuthenticatorData)...)
	out.Response.AttestationObject = object
	return a.send(out, client)
}

// get answers navigator.credentials.get.
func (a *authenticator) get(options []byte) []byte {
	var out answer
	client := a.clientData(options, forGet)
	out.RawID, out.Type = a.id, "public-key"
	out.Response.AuthenticatorData, out.Response.UserHandle = a.data(nil, 0), a.handle
	if a.tamper != nil {
		a.tamper(&out, client)
	}
	hash := sha256.Sum256(mustJSON(a.t, client))
	signed := append(append([]byte{}, out.Response.AuthenticatorData...), hash[:]...)
	var err error
	if key, ok := a.signer.(ed25519.PrivateKey); ok {
		out.Response.Signature = ed25519.Sign(key, signed)
	} else {
		digest := sha256.Sum256(signed)
		out.Response.Signature, err = a.signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return a.send(out, client)
}

func (a *authenticator) send(out answer, client map[string]any) []byte {
	out.Response.ClientData = mustJSON(a.t, client)
	if a.forge != nil {
		a.forge(&out)
	}
	return mustJSON(a.t, out)
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
