package manage

import (
	"encoding/json"
	"errors"
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

func (m *Manage) keyOptions(w http.ResponseWriter, r *http.Request) error {
	options, err := m.Accounts.BeginKey(r.Context(), visitor(w), r.URL.Query().Has("passkey"))
	if err != nil {
		return keyRefusal(err)
	}
	return writeJSON(w, options)
}

func (m *Manage) keyValidate(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	codes, err := m.Accounts.FinishKey(r.Context(), visitor(w), form.Get("label"), []byte(form.Get("credential")))
	if err != nil {
		return keyRefusal(err)
	}
	to, _ := added(codes)
	body, err := json.Marshal(map[string]string{"redirect_to": to})
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
