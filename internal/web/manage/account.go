package manage

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

const accountPath = "/manage/account/"

func (m *Manage) accountRoutes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/manage/account/{$}", Right: access.SeeAccount, Handler: m.account, Doc: "The own account: name, addresses, password, signed-in browsers."},
		{Methods: "POST", Path: "/manage/account/{$}", Right: access.ChangeAccount, Handler: m.changeAccount, Doc: "Changes the account: which form it is, its fields tell."},
		{Methods: "POST", Path: "/manage/account/logins/end", Right: access.EndAccess, Handler: m.endLogin, Doc: "Signs one browser out."},
		{Methods: "POST", Path: "/manage/account/logins/end-all", Right: access.EndAccess, Handler: m.endLogins, Doc: "Signs out everywhere."},
		{Methods: "POST", Path: "/manage/account/devices/delete", Right: access.EndAccess, Handler: m.forgetDevice, Doc: "Forgets a remembered browser."},
		{Methods: "GET", Path: "/manage/unverified-account/{$}", Right: access.SeeAccount, Handler: m.unverified, Doc: "What to do while the primary address is not verified."},
	}
}

// accountPage is what account.html and unverified.html show.
type accountPage struct {
	Wrong
	Form    url.Values // as it was sent, so that nothing is typed twice
	User    index.User
	Emails  []index.Email
	Most    int  // addresses
	Least   int  // characters of a new password
	Ranges  bool // the browser can look breached passwords up here (PW-6)
	Logins  []loginRow
	Devices []deviceRow
}

type loginRow struct {
	index.Login
	Here    bool
	Browser string
	Place   string
}

type deviceRow struct {
	index.Device
	Browser string
	Place   string
}

func (m *Manage) account(w http.ResponseWriter, r *http.Request) error {
	return m.showAccount(w, r, http.StatusOK, nil, nil)
}

func (m *Manage) showAccount(w http.ResponseWriter, r *http.Request, status int, form url.Values, wrong Wrong) error {
	v := visitor(w)
	data := accountPage{Wrong: wrong, Form: form, User: v.User, Most: account.MaxEmails, Least: m.Accounts.Shortest(), Ranges: m.Accounts.Breaches.Ranges()}
	var err error
	if data.Emails, err = m.DB.EmailsOf(r.Context(), v.User.ID); err != nil {
		return err
	}
	logins, err := m.DB.LoginsOf(r.Context(), v.User.ID, m.Clock())
	if err != nil {
		return err
	}
	for _, l := range logins {
		data.Logins = append(data.Logins, loginRow{l, l.Hash == v.Login.Hash, browserName(l.UserAgent), account.Place(v.User, l.Address)})
	}
	devices, err := m.DB.TrustedDevices(r.Context(), v.User.ID, m.Clock())
	if err != nil {
		return err
	}
	for _, d := range devices {
		data.Devices = append(data.Devices, deviceRow{d, browserName(d.UserAgent), account.Place(v.User, d.Address)})
	}
	return m.write(w, r, status, "account.html", data)
}

// PublicEmail is the key of the address that everybody may see, 0 for none.
func (p accountPage) PublicEmail() int64 {
	for _, e := range p.Emails {
		if e.Public {
			return e.ID
		}
	}
	return 0
}

// accountForm is one of the forms on the page of the account: it is told from
// the others by a field that only it has, as Warehouse does.
type accountForm struct {
	field  string
	change func(w http.ResponseWriter, r *http.Request, form url.Values) (sentence string, err error)
}

func (m *Manage) accountForms() []accountForm {
	return []accountForm{
		{"email", m.addEmail},
		{"reverify_email_id", m.reverify},
		{"primary_email_id", m.setPrimary},
		{"delete_email_id", m.removeEmail},
		{"new_password", m.changePassword},
		{"confirm_username", nil}, // see closeAccount
		{"name", m.setName},
	}
}

func (m *Manage) changeAccount(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	for _, f := range m.accountForms() {
		if !form.Has(f.field) {
			continue
		}
		if f.change == nil {
			return m.closeAccount(w, r, form)
		}
		sentence, err := f.change(w, r, form)
		if err != nil {
			return m.retry(w, r, form, err)
		}
		return shell.Done(w, accountPath, sentence)
	}
	return index.Refuse(index.CodeInvalidForm, "The form has none of the fields that this page knows.")
}

// retry shows the account's page again with what was wrong; secrets have to be
// typed again.
func (m *Manage) retry(w http.ResponseWriter, r *http.Request, form url.Values, err error) error {
	wrong := wrongOf(err)
	if wrong == nil {
		return err
	}
	for _, secret := range []string{"password", "new_password", "password_confirm"} {
		form.Del(secret)
	}
	return m.showAccount(w, r, http.StatusBadRequest, form, wrong)
}

// wrongOf is what an action says is wrong with a field, nil for other errors.
func wrongOf(err error) Wrong {
	var e *account.Invalid
	if !errors.As(err, &e) {
		return nil
	}
	return Wrong{e.Field: e.Sentence}
}

// key reads a row's key from a form; what is no number is the key of nothing.
func key(form url.Values, field string) int64 {
	id, err := strconv.ParseInt(form.Get(field), 10, 64)
	if err != nil {
		return -1
	}
	return id
}

func (m *Manage) setName(w http.ResponseWriter, r *http.Request, form url.Values) (string, error) {
	public := int64(0)
	if form.Get("public_email") != "" {
		public = key(form, "public_email")
	}
	return "Saved.", m.Accounts.SetName(r.Context(), visitor(w), form.Get("name"), public)
}

func (m *Manage) addEmail(w http.ResponseWriter, r *http.Request, form url.Values) (string, error) {
	return "Added. Open the link in the mail that was sent to the address.", m.Accounts.AddEmail(r.Context(), visitor(w), form.Get("email"))
}

func (m *Manage) reverify(w http.ResponseWriter, r *http.Request, form url.Values) (string, error) {
	return "Another mail is on its way. Open the link in it.", m.Accounts.Reverify(r.Context(), visitor(w), key(form, "reverify_email_id"))
}

func (m *Manage) setPrimary(w http.ResponseWriter, r *http.Request, form url.Values) (string, error) {
	return "This is the primary address now.", m.Accounts.SetPrimary(r.Context(), visitor(w), key(form, "primary_email_id"))
}

func (m *Manage) removeEmail(w http.ResponseWriter, r *http.Request, form url.Values) (string, error) {
	return "The address was removed.", m.Accounts.RemoveEmail(r.Context(), visitor(w), key(form, "delete_email_id"))
}

func (m *Manage) changePassword(w http.ResponseWriter, r *http.Request, form url.Values) (string, error) {
	cookie, err := m.Accounts.ChangePassword(r.Context(), visitor(w), account.NewPassword{
		Old: form.Get("password"), New: form.Get("new_password"), Again: form.Get("password_confirm"),
	})
	if err != nil {
		return "", err
	}
	middleware.SetCookie(w, middleware.LoginCookie, cookie, int(access.LoginTime.Seconds()))
	return "The password was changed, and all other browsers were signed out.", nil
}

func (m *Manage) closeAccount(w http.ResponseWriter, r *http.Request, form url.Values) error {
	if err := m.Accounts.Close(r.Context(), visitor(w), form.Get("confirm_username")); err != nil {
		return m.retry(w, r, form, err)
	}
	middleware.SetCookie(w, middleware.LoginCookie, "", 0)
	return shell.Done(w, "/", "Your account was closed.")
}

func (m *Manage) endLogin(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	if err := m.Accounts.EndLogin(r.Context(), visitor(w), form.Get("login")); err != nil {
		return err
	}
	return shell.Done(w, accountPath, "The browser was signed out.")
}

func (m *Manage) endLogins(w http.ResponseWriter, r *http.Request) error {
	if err := m.Accounts.EndLogins(r.Context(), visitor(w)); err != nil {
		return err
	}
	middleware.SetCookie(w, middleware.LoginCookie, "", 0)
	return shell.Done(w, "/account/login/", "All browsers were signed out.")
}

func (m *Manage) forgetDevice(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	if err := m.Accounts.ForgetDevice(r.Context(), visitor(w), key(form, "device_id")); err != nil {
		return err
	}
	return shell.Done(w, accountPath, "The browser is asked for a second factor from now on.")
}

func (m *Manage) unverified(w http.ResponseWriter, r *http.Request) error {
	v := visitor(w)
	data := accountPage{User: v.User}
	var err error
	if data.Emails, err = m.DB.EmailsOf(r.Context(), v.User.ID); err != nil {
		return err
	}
	return m.write(w, r, http.StatusOK, "unverified.html", data)
}
