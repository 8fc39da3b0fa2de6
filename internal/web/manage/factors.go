package manage

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/factor"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

const (
	factorsPath = "/manage/account/two-factor/"
	totpPath    = "/manage/account/totp-provision"
	codesPath   = "/manage/account/recovery-codes/generate"
)

func (m *Manage) factorRoutes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/manage/account/two-factor/{$}", Right: access.SeeAccount, Handler: m.factors, Doc: "The second factors and recovery codes of the account."},
		{Methods: "GET", Path: "/2fa/{$}", Right: access.Open, Handler: toFactors, Doc: "Redirects to the second factors."},
		{Methods: "GET", Path: totpPath, Right: access.ChangeAccount, Handler: m.totp, Doc: "The code of an authenticator app that is being set up."},
		{Methods: "POST", Path: totpPath, Right: access.ChangeAccount, Handler: m.setUpTOTP, Doc: "Begins setting up an authenticator app, or ends it with a right code."},
		{Methods: "GET", Path: totpPath + "/image", Right: access.ChangeAccount, Handler: m.totpImage, Doc: "The QR code of the app that is being set up."},
		{Methods: "POST", Path: totpPath + "/delete", Right: access.ChangeAccount, Handler: m.remover(index.FactorTOTP), Doc: "Removes an authenticator app."},
		{Methods: "GET", Path: keyPath, Right: access.ChangeAccount, Handler: m.keyPage, Doc: "Adds a security key."},
		{Methods: "POST", Path: keyPath + "/options", Right: access.ChangeAccount, Handler: m.keyOptions, Doc: "What the browser needs to make a key, as JSON."},
		{Methods: "POST", Path: keyPath + "/validate", Right: access.ChangeAccount, Handler: m.keyValidate, Doc: "Adds the key that the browser made."},
		{Methods: "POST", Path: keyPath + "/delete", Right: access.ChangeAccount, Handler: m.remover(index.FactorWebAuthn), Doc: "Removes a security key."},
		{Methods: "GET", Path: codesPath, Right: access.ChangeAccount, Handler: m.codes, Doc: "New recovery codes, until they are confirmed."},
		{Methods: "POST", Path: codesPath, Right: access.ChangeAccount, Handler: m.newCodes, Doc: "Makes recovery codes."},
		{Methods: "POST", Path: "/manage/account/recovery-codes/regenerate", Right: access.ChangeAccount, Handler: m.newCodes, Doc: "Makes recovery codes in place of those before."},
		{Methods: "POST", Path: "/manage/account/recovery-codes/confirm", Right: access.ChangeAccount, Handler: m.confirmCodes, Doc: "Puts the new recovery codes in force."},
		{Methods: "GET", Path: "/manage/account/recovery-codes/download", Right: access.ChangeAccount, Handler: m.downloadCodes, Doc: "The new recovery codes as a text file."},
	}
}

func toFactors(w http.ResponseWriter, r *http.Request) error {
	middleware.Redirect(w, r, factorsPath, http.StatusMovedPermanently)
	return nil
}

// factorsPage is what factors.html shows.
type factorsPage struct {
	Wrong
	Apps, Keys []index.Factor
	Left       int       // recovery codes
	Pending    bool      // codes wait to be confirmed
	Required   bool      // the policy asks for a factor
	Due        time.Time // when it will ask for one, zero for never
	Keyless    bool      // security keys do not work at this address
}

// Any reports whether there is a second factor.
func (p factorsPage) Any() bool { return len(p.Apps)+len(p.Keys) > 0 }

// Last reports whether there is one that may not be removed (MFA-7).
func (p factorsPage) Last() bool { return p.Required && len(p.Apps)+len(p.Keys) == 1 }

func (m *Manage) factors(w http.ResponseWriter, r *http.Request) error {
	return m.showFactors(w, r, http.StatusOK, nil)
}

func (m *Manage) showFactors(w http.ResponseWriter, r *http.Request, status int, wrong Wrong) error {
	v := visitor(w)
	data := factorsPage{Wrong: wrong, Required: m.Guard.NeedsFactor(v.User, v.State), Due: m.Guard.FactorDue(v.User, v.State), Keyless: m.Accounts.WebAuthn == nil}
	all, err := m.DB.FactorsOf(r.Context(), v.User.ID)
	if err != nil {
		return err
	}
	for _, f := range all {
		if f.Kind == index.FactorTOTP {
			data.Apps = append(data.Apps, f)
		} else {
			data.Keys = append(data.Keys, f)
		}
	}
	sums, err := m.DB.RecoverySums(r.Context(), v.User.ID)
	if err != nil {
		return err
	}
	codes, err := m.Accounts.CodesUnderWay(r.Context(), v)
	if err != nil {
		return err
	}
	data.Left, data.Pending = len(sums), codes != nil
	return m.write(w, r, status, "factors.html", data)
}

// totpPage is what totp.html shows.
type totpPage struct {
	Wrong
	Form   url.Values
	Secret string // "" while nothing is being set up
	URI    string
	Most   int // characters of a label
}

func (m *Manage) totp(w http.ResponseWriter, r *http.Request) error {
	return m.showTOTP(w, r, http.StatusOK, nil, nil)
}

func (m *Manage) showTOTP(w http.ResponseWriter, r *http.Request, status int, form url.Values, wrong Wrong) error {
	v := visitor(w)
	data := totpPage{Wrong: wrong, Form: form, Most: account.MaxLabel}
	secret, err := m.Accounts.TOTPUnderWay(r.Context(), v)
	if err != nil {
		return err
	}
	if secret != nil {
		data.Secret, data.URI = factor.TOTPText(secret), m.totpURI(v, secret)
	}
	return m.write(w, r, status, "totp.html", data)
}

func (m *Manage) totpURI(v *access.Visitor, secret []byte) string {
	_, host, _ := strings.Cut(m.URL, "://")
	return factor.TOTPURI(host, v.User.Username, secret)
}

// setUpTOTP begins, or ends with the code that the app shows.
func (m *Manage) setUpTOTP(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	if !form.Has("totp_value") {
		if err := m.Accounts.BeginTOTP(r.Context(), visitor(w)); err != nil {
			return m.unverifiedFirst(w, err)
		}
		return middleware.See(w, totpPath)
	}
	codes, err := m.Accounts.FinishTOTP(r.Context(), visitor(w), form.Get("label"), form.Get("totp_value"))
	if wrong := wrongOf(err); wrong != nil {
		return m.showTOTP(w, r, http.StatusBadRequest, form, wrong)
	}
	if err != nil {
		return err
	}
	to, sentence := added(codes)
	return shell.Done(w, to, sentence)
}

// added is where to go on after a second factor was added.
func added(codes bool) (path, sentence string) {
	if codes {
		return codesPath, "The second factor was added. Now keep these recovery codes for the day you lose it."
	}
	return factorsPath, "The second factor was added."
}

// unverifiedFirst helps who has no verified address over the refusal.
func (m *Manage) unverifiedFirst(w http.ResponseWriter, err error) error {
	if index.HasCode(err, index.CodeNeedEmail) {
		return shell.Done(w, "/manage/unverified-account/", index.AsError(err).Detail)
	}
	return err
}

func (m *Manage) totpImage(w http.ResponseWriter, r *http.Request) error {
	v := visitor(w)
	secret, err := m.Accounts.TOTPUnderWay(r.Context(), v)
	if err != nil {
		return err
	}
	if secret == nil {
		return index.Refuse(index.CodeNotFound, "No authenticator app is being set up.")
	}
	svg, err := factor.QRCode(m.totpURI(v, secret))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	_, err = w.Write([]byte(svg))
	return err
}

// remover handles the forms that remove a second factor.
func (m *Manage) remover(kind index.FactorKind) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := readForm(w, r)
		if err != nil {
			return err
		}
		err = m.Accounts.RemoveFactor(r.Context(), visitor(w), kind, form.Get("label"))
		if wrong := wrongOf(err); wrong != nil {
			return m.showFactors(w, r, http.StatusBadRequest, wrong)
		}
		if err != nil {
			return err
		}
		return shell.Done(w, factorsPath, "The second factor was removed.")
	}
}
