// Package signin holds the pages below /account/: making an account, signing in
// with a second factor, proving oneself again, and what mailed links open.
// Addresses and field names are Warehouse's. Everything works with the keyboard
// and without JavaScript but security keys, which say so (MFA-14). No page
// changes anything on GET: a link opens a page with a button.
package signin

import (
	"embed"
	"net/http"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/middleware"
	"strongroom/internal/web/shell"
)

//go:embed *.html
var templates embed.FS

// SignIn answers people who are about to be known.
type SignIn struct {
	accounts *account.Accounts
	pages    map[string]*shell.Page // by the template's name
}

// New makes the pages. Each template of this package is one, but for fields.html,
// which all of them share.
func New(accounts *account.Accounts) *SignIn {
	s := &SignIn{accounts: accounts, pages: map[string]*shell.Page{}}
	for _, name := range []string{"login", "two-factor", "recovery-code", "confirm-login", "register", "request-reset", "reset", "verify-email", "reauthenticate", "logout"} {
		s.pages[name] = shell.NewPage(templates, name+".html", "fields.html")
	}
	return s
}

// Routes is the table of these pages.
func (s *SignIn) Routes() []middleware.Route {
	page := func(methods, path string, right access.Right, h middleware.Handler, doc string) middleware.Route {
		return middleware.Route{Methods: methods, Path: path, Right: right, Handler: quiet(h), Doc: doc, Always: signsIn(path)}
	}
	login := page("POST", "/account/login/{$}", access.Open, s.login, "Takes a user name and a password.")
	login.Early = s.accounts.Ready
	return []middleware.Route{
		page("GET", "/account/login/{$}", access.Open, s.loginPage, "The page to sign in on."),
		login,
		page("POST", "/account/sso/login", access.Open, s.ssoLogin, "Begins a sign-in at the company's provider."),
		page("POST", "/account/sso/prove", access.SeeAccount, s.ssoProve, "Has the company's provider prove a person again."),
		page("GET", "/account/sso/callback", access.Open, s.ssoCallback, "Where the company's provider sends the browser back to."),
		page("GET", "/account/two-factor/{$}", access.Open, s.factorPage, "Asks for the second factor."),
		page("POST", "/account/two-factor/{$}", access.Open, s.factor, "Takes a code of a generator."),
		page("GET", "/account/recovery-code/{$}", access.Open, s.recoveryPage, "Asks for a recovery code."),
		page("POST", "/account/recovery-code/{$}", access.Open, s.recovery, "Takes a recovery code."),
		page("POST", "/account/webauthn-authenticate/options", access.Open, s.keyOptions, "Asks the browser for a security key, as second factor or to prove oneself again; JSON."),
		page("POST", "/account/webauthn-authenticate/validate", access.Open, s.keyValidate, "Takes the answer of a security key; JSON."),
		page("POST", "/account/passkey/options", access.Open, s.passkeyOptions, "Asks the browser for a passkey; JSON."),
		page("POST", "/account/passkey/validate", access.Open, s.passkeyValidate, "Signs in with a passkey; JSON."),
		page("GET", "/account/confirm-login/{$}", access.Open, s.confirmPage, "What the link in a mail about a new browser opens."),
		page("POST", "/account/confirm-login/{$}", access.Open, s.confirm, "Lets the new browser in."),
		page("GET", "/account/reauthenticate/{$}", access.SeeAccount, s.provePage, "Asks who signed in to prove it again."),
		page("POST", "/account/reauthenticate/{$}", access.SeeAccount, s.prove, "Takes the password, or a code of a generator."),
		page("GET", "/account/logout/{$}", access.Open, s.logoutPage, "Asks whether to sign out."),
		page("POST", "/account/logout/{$}", access.Open, s.logout, "Signs the browser out."),
		page("GET", "/account/register/{$}", access.Open, s.registerPage, "The page to make an account on."),
		page("POST", "/account/register/{$}", access.Open, s.register, "Makes an account."),
		page("GET", "/account/verify-email/{$}", access.Open, s.verifyPage, "What the link in a mail that verifies an address opens."),
		page("POST", "/account/verify-email/{$}", access.Open, s.verify, "Verifies an address."),
		page("GET", "/account/request-password-reset/{$}", access.Open, s.requestPage, "Asks who wants a new password."),
		page("POST", "/account/request-password-reset/{$}", access.Open, s.request, "Mails a link for a new password."),
		page("GET", "/account/reset-password/{$}", access.Open, s.resetPage, "What the link for a new password opens."),
		page("POST", "/account/reset-password/{$}", access.Open, s.reset, "Sets a new password."),
	}
}

// signsIn reports whether an address is one of those that let somebody in, or
// out: that goes on while the index is read-only, or nobody could end it. New
// accounts, addresses and passwords wait (FN-4).
func signsIn(path string) bool {
	for _, what := range []string{"login", "sso", "two-factor", "recovery-code", "webauthn-authenticate", "passkey", "confirm-login", "reauthenticate", "logout"} {
		if strings.HasPrefix(path, "/account/"+what+"/") {
			return true
		}
	}
	return false
}

// quiet keeps pages with secrets in their address out of caches and of the
// Referer header that other sites get.
func quiet(h middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "private, no-store")
		w.Header().Set("Referrer-Policy", "same-origin")
		return h(w, r)
	}
}

// The cookies of a sign-in that is under way.
const (
	pendingCookie   = "__Host-strongroom-pending"   // the password was right
	confirmCookie   = "__Host-strongroom-confirm"   // asked about by mail
	challengeCookie = "__Host-strongroom-challenge" // a security key is asked for
)

const deviceYear = 365 * 24 * time.Hour

// browser is what the request brings beside the form.
func browser(w http.ResponseWriter, r *http.Request) account.Browser {
	v := middleware.Of(w).Visitor
	actor := v.Actor()
	actor.Kind, actor.UserID, actor.Username = "visitor", 0, ""
	return account.Browser{Actor: actor, Login: v.Login, Device: cookie(r, middleware.DeviceCookie)}
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// usual is where people go who did not want to go anywhere.
const usual = "/manage/projects/"

// next is where the person wanted to go, always on this site (security-bar 2.6).
func next(r *http.Request) string {
	text := r.PostFormValue("next")
	if text == "" {
		text = r.URL.Query().Get("next")
	}
	return middleware.SafeNext(text, usual)
}

// goOn sets the cookies of how far a sign-in has come and says where it goes on.
func goOn(w http.ResponseWriter, e account.Entry) (path string) {
	if e.Device != "" {
		setCookie(w, middleware.DeviceCookie, e.Device, deviceYear)
	}
	switch {
	case e.Pending != "":
		setCookie(w, pendingCookie, e.Pending, account.FactorTime)
		return "/account/two-factor/"
	case e.Confirm != "":
		setCookie(w, pendingCookie, "", 0)
		setCookie(w, confirmCookie, e.Confirm, account.ConfirmTime)
		return "/account/confirm-login/"
	}
	setCookie(w, middleware.LoginCookie, e.Login, access.LoginTime)
	setCookie(w, pendingCookie, "", 0)
	setCookie(w, confirmCookie, "", 0)
	return middleware.SafeNext(e.Next, usual)
}

func setCookie(w http.ResponseWriter, name, secret string, life time.Duration) {
	middleware.SetCookie(w, name, secret, int(life/time.Second))
}

// write shows a page by the name of its template.
func (s *SignIn) write(w http.ResponseWriter, r *http.Request, status int, name string, data any) error {
	return s.pages[name].Write(w, r, status, data)
}
