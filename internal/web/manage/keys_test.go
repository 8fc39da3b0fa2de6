package manage_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/index"
)

const keyPage = "/manage/account/webauthn-provision"

// createKey answers navigator.credentials.create as a key does that gives no
// attestation (WebAuthn Level 3 §6.5, §8.7).
func createKey(t *testing.T, s *apptest.Server, options, id string) string {
	t.Helper()
	var o struct{ Challenge string }
	if err := json.Unmarshal([]byte(options), &o); err != nil || o.Challenge == "" {
		t.Fatalf("options %s: %v", options, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	site := sha256.Sum256([]byte("localhost"))
	data := append(site[:], 0x45, 0, 0, 0, 1) // present, verified, with a credential; counter 1
	data = binary.BigEndian.AppendUint16(append(data, make([]byte, 16)...), uint16(len(id)))
	data = append(data, id...)
	data = append(data, 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32) // COSE_Key: EC2, ES256, P-256
	data = append(append(append(data, point[1:33]...), 0x22, 0x58, 32), point[33:]...)
	object := append(binary.BigEndian.AppendUint16([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"), uint16(len(data))), data...)
	client, err := json.Marshal(map[string]any{
		"type": "webauthn.create", "challenge": o.Challenge, "origin": strings.Replace(s.URL, "127.0.0.1", "localhost", 1), "crossOrigin": false,
	})
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	answer, err := json.Marshal(map[string]any{
		"id": b64([]byte(id)), "rawId": b64([]byte(id)), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64(client), "attestationObject": b64(object), "transports": []string{"usb"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// sendKey sends the key's answer as the page's script does.
func sendKey(b *apptest.Browser, label, credential string) apptest.Response {
	form := url.Values{"label": {label}, "credential": {credential}}
	return b.Do("POST", keyPage+"/validate", "application/x-www-form-urlencoded", form.Encode(), "Accept", "application/json", "Sec-Fetch-Site", "same-origin")
}

// TestSecurityKey: added as second factor and as passkey, each challenge good
// for one answer in the login that asked for it (MFA-3).
func TestSecurityKey(t *testing.T) {
	s := apptest.Start(t)
	b, other := signIn(t, s, "alice"), signIn(t, s, "bob")
	has(t, b.Get(keyPage), 200, "<noscript>", "Security keys need JavaScript", `data-webauthn="register"`, "/static/webauthn.js")
	options := b.PostJSON(keyPage+"/options", "")
	has(t, options, 200, `"challenge"`)
	credential := createKey(t, s, options.Text, "one")
	has(t, sendKey(other, "Stolen", credential), 400, "Nothing is being set up")
	r := sendKey(b, "Yubi", credential)
	has(t, r, 200, `"redirect_to":"`+codes+`"`)
	has(t, sendKey(b, "Yubi 2", credential), 400, "Nothing is being set up")

	passkey := createKey(t, s, b.PostJSON(keyPage+"/options?passkey=1", "").Text, "two")
	has(t, sendKey(b, "Laptop", passkey), 200, `"redirect_to"`)
	all, err := s.DB.FactorsOf(t.Context(), s.User("alice").ID)
	if err != nil || len(all) != 2 || all[0].Passkey || !all[1].Passkey || all[0].Kind != index.FactorWebAuthn || all[0].Transports != "usb" || all[0].SignCount != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	again := createKey(t, s, other.PostJSON(keyPage+"/options", "").Text, "one")
	has(t, sendKey(other, "Copy", again), 400, "registered already")
	used := createKey(t, s, b.PostJSON(keyPage+"/options", "").Text, "three")
	has(t, sendKey(b, "Yubi", used), 400, "called")
	b.PostJSON(keyPage+"/options", "")
	has(t, sendKey(b, "Broken", "{}"), 400, "was not added")
	has(t, sendKey(b, " ", "{}"), 400, "Choose a name")
	has(t, b.Get(two), 200, "Yubi", "Laptop", `<span class="tag">passkey</span>`)
	done(t, b.PostForm(keyPage+"/delete", "label", "Yubi"), two)
	if got := subjects(s, "alice@example.com"); strings.Count(got, "was added") != 2 || strings.Count(got, "was removed") != 1 {
		t.Errorf("mails: %q", got)
	}
}
