package manage

import (
	"net/http"
	"strings"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

// codesPage is what codes.html shows.
type codesPage struct {
	Wrong
	Codes []string // nil when none wait to be confirmed
}

func (m *Manage) codes(w http.ResponseWriter, r *http.Request) error {
	return m.showCodes(w, r, http.StatusOK, nil)
}

func (m *Manage) showCodes(w http.ResponseWriter, r *http.Request, status int, wrong Wrong) error {
	codes, err := m.Accounts.CodesUnderWay(r.Context(), visitor(w))
	if err != nil {
		return err
	}
	return m.write(w, r, status, "codes.html", codesPage{wrong, codes})
}

func (m *Manage) newCodes(w http.ResponseWriter, r *http.Request) error {
	err := m.Accounts.BeginRecovery(r.Context(), visitor(w))
	if wrong := wrongOf(err); wrong != nil {
		return m.showFactors(w, r, http.StatusBadRequest, wrong)
	}
	if err != nil {
		return err
	}
	return middleware.See(w, codesPath)
}

func (m *Manage) confirmCodes(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	err = m.Accounts.ConfirmRecovery(r.Context(), visitor(w), form.Get("recovery_code_value"))
	if wrong := wrongOf(err); wrong != nil {
		return m.showCodes(w, r, http.StatusBadRequest, wrong)
	}
	if err != nil {
		return err
	}
	return shell.Done(w, factorsPath, "The recovery codes are in force.")
}

func (m *Manage) downloadCodes(w http.ResponseWriter, r *http.Request) error {
	codes, err := m.Accounts.CodesUnderWay(r.Context(), visitor(w))
	if err != nil {
		return err
	}
	if codes == nil {
		return index.Refuse(index.CodeNotFound, "No recovery codes wait to be confirmed; those in force can no longer be shown.")
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="recovery-codes.txt"`)
	h.Set("Cache-Control", "private, no-store")
	text := "Recovery codes of " + visitor(w).User.Username + " at " + m.URL + "\n\n" + strings.Join(codes, "\n") + "\n"
	_, err = w.Write([]byte(text))
	return err
}
