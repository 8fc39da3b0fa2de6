package manage

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"strongroom/internal/account"
	"strongroom/internal/index"
)

const keyPath = "/manage/account/webauthn-provision"

// keyPage is what key.html shows.
type keyPage struct {
	Most    int  // characters of a label
	Keyless bool // security keys do not work at this address
}

func (m *Manage) keyPage(w http.ResponseWriter, r *http.Request) error {
	return m.write(w, r, http.StatusOK, "key.html", keyPage{account.MaxLabel, m.Accounts.WebAuthn == nil})
}

// keyForm is what the page's script sends: to options with Passkey, to validate
// with Label and Credential, which is PublicKeyCredential.toJSON.
type keyForm struct {
	Passkey    bool            `json:"passkey"`
	Label      string          `json:"label"`
	Credential json.RawMessage `json:"credential"`
}

func readKeyForm(w http.ResponseWriter, r *http.Request) (f keyForm, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err == nil {
		err = json.Unmarshal(body, &f)
	}
	if err != nil {
		return f, index.Refuse(index.CodeInvalidForm, "What the browser sent about the security key could not be read.")
	}
	return f, nil
}

func (m *Manage) keyOptions(w http.ResponseWriter, r *http.Request) error {
	f, err := readKeyForm(w, r)
	if err != nil {
		return err
	}
	options, err := m.Accounts.BeginKey(r.Context(), visitor(w), f.Passkey)
	if err != nil {
		return keyRefusal(err)
	}
	return writeJSON(w, options)
}

func (m *Manage) keyValidate(w http.ResponseWriter, r *http.Request) error {
	f, err := readKeyForm(w, r)
	if err != nil {
		return err
	}
	codes, err := m.Accounts.FinishKey(r.Context(), visitor(w), f.Label, f.Credential)
	if err != nil {
		return keyRefusal(err)
	}
	to, sentence := added(codes)
	body, err := json.Marshal(map[string]string{"success": sentence, "redirect": to})
	if err != nil {
		return err
	}
	return writeJSON(w, body)
}

// keyRefusal makes a refusal that the script can show of what is wrong with a
// field.
func keyRefusal(err error) error {
	var e *account.Invalid
	if errors.As(err, &e) {
		return index.Refuse(index.CodeInvalidForm, "%s", e.Sentence)
	}
	return err
}

func writeJSON(w http.ResponseWriter, body []byte) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	_, err := w.Write(body)
	return err
}
