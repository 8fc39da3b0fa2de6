package middleware

import (
	"net/http"
	"net/url"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

// LoginCookie and DeviceCookie name the cookies. The prefix keeps other hosts
// and plain connections from planting one (security-bar 2.4).
const (
	LoginCookie  = "__Host-strongroom"
	DeviceCookie = "__Host-strongroom-device"
)

// Gate stands before every handler: it keeps out who is banned and what another
// site sent, finds out who is calling, finds what the address is about, and asks
// the one table of rights. A handler reads the results from the Record.
type Gate struct {
	Guard   *access.Guard
	crossed *http.CrossOriginProtection
}

// NewGate makes the gate of a site with this public address.
func NewGate(guard *access.Guard, site string) (*Gate, error) {
	crossed := http.NewCrossOriginProtection()
	if u, err := url.Parse(site); err == nil && u.Host != "" {
		if err := crossed.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, err
		}
	}
	return &Gate{Guard: guard, crossed: crossed}, nil
}

// Admit wraps a route's handler. A route without a row in the table of rights
// lets nobody in.
func (g *Gate) Admit(route Route) Handler {
	rule, found := access.RuleOf(route.Right)
	return func(w http.ResponseWriter, r *http.Request) error {
		if !found {
			return index.Refuse(index.CodeNotAllowed, "Nobody may do this: the right %q is not in the table of rights.", route.Right)
		}
		if rule.Who == access.Anyone && rule.By == access.ByToken {
			return route.Handler(w, r) // the handler reads the token and the switches itself
		}
		rec := Of(w)
		if route.Early != nil {
			if err := route.Early(rec.Remote); err != nil {
				return err
			}
		}
		err := g.enter(rec, r, route, rule)
		if err == nil && route.Writes(r.Method) {
			err = g.Guard.Writable(r.Context())
		}
		if err == nil {
			open := rule.Who == access.Anyone || rule.Who == access.Readers && !g.Guard.Policy.ClosedReading
			rec.Reserved = !open || rec.At.Project.Private
			if err = route.Handler(w, r); !index.HasCode(err, index.CodeProveAgain) {
				return err
			}
		}
		if to := detour(r, route, rule, err); to != "" { // also for an action that asks for more than its address did
			return See(w, to)
		}
		return err
	}
}

// keepOut refuses who is banned before anything of the request is read, so that
// no token or cookie helps (MFA-12). Balancers still hear whether the server is
// well.
func (g *Gate) keepOut(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Path == "/_health/" {
		return nil
	}
	return g.Guard.Banned(Of(w).Remote)
}

func (g *Gate) enter(rec *Record, r *http.Request, route Route, rule access.Rule) error {
	if err := g.crossed.Check(r); err != nil {
		return index.Refuse(index.CodeCrossSite, "The form came from a page of another site, so nothing was done. Open the page here and try again.")
	}
	c := access.Credentials{Address: rec.Remote, Country: rec.Country, UserAgent: r.UserAgent()}
	if cookie, err := r.Cookie(LoginCookie); err == nil {
		c.Login = cookie.Value
	}
	header, inside := r.Header.Get("Authorization"), rule.Who != access.Anyone && rule.Who != access.Readers
	if inside && !route.Machine && rule.By != access.ByToken {
		header = "" // tokens do nothing on pages (T-09)
	}
	if inside {
		c.Authorization = header
	}
	err := g.decide(rec, r, route, rule, c)
	if c.Authorization == header || !index.HasCode(err, index.CodeSignIn) {
		return err
	}
	c.Authorization = header // what anybody may read asks for no proof, so a wrong one does no harm there
	return challenge(g.decide(rec, r, route, rule, c))
}

// challenge asks for other credentials where those that came are no good.
func challenge(err error) error {
	if index.HasCode(err, index.CodeAuthentication) || index.HasCode(err, index.CodePasswordRefused) {
		return index.Refuse(index.CodeSignIn, "%s", index.AsError(err).Detail)
	}
	return err
}

func (g *Gate) decide(rec *Record, r *http.Request, route Route, rule access.Rule, c access.Credentials) (err error) {
	if rec.Visitor, err = g.Guard.Visit(r.Context(), c, rule.By); err != nil {
		return err
	}
	rec.Actor = rec.Visitor.User.Username
	if rule.Factor {
		if err = g.Guard.Learn(r.Context(), rec.Visitor); err != nil {
			return err
		}
	}
	name, missing := placeName(r, route, rule)
	if rec.At, err = g.Guard.Locate(r.Context(), rec.Visitor, rule, name); err != nil {
		return err
	}
	err = g.Guard.Decide(rec.Visitor, rule.Right, rec.At)
	switch {
	case err == nil:
		return missing
	case route.Absent != nil && index.HasCode(err, index.CodeNotFound):
		return route.Absent(r) // what is there and hidden sounds like what is not there
	}
	return err
}

// placeName is what the address names, as far as a right is about it. Reading
// knows a project by its normal name only: handlers send other spellings on to
// that, whatever is there, so they tell nothing.
func placeName(r *http.Request, route Route, rule access.Rule) (name string, missing error) {
	switch {
	case route.About != nil:
		return route.About(r)
	case rule.On == access.OnOrganization:
		return strings.ToLower(r.PathValue("organization")), nil
	case rule.On == access.OnProject:
		given := r.PathValue("project")
		if name = packaging.NormalizeName(given); name != given && rule.Who == access.Readers {
			return "", nil
		}
	}
	return name, nil
}

// detour is the page that helps a person over a refusal, "" for none: programs
// and forms without a way back get the refusal itself. So does a browser at an
// address for programs, some of which ask for HTML: it shows its own box for the
// user name __token__ and a token.
func detour(r *http.Request, route Route, rule access.Rule, err error) string {
	if route.Machine || rule.By == access.ByToken || errorForm(r.Header.Get("Accept")) != "html" {
		return ""
	}
	next := "?next=" + url.QueryEscape(comeBack(r))
	switch code := index.AsError(err).Code; code {
	case index.CodeSignIn:
		return "/account/login/" + next
	case index.CodeProveAgain:
		return "/account/reauthenticate/" + next
	case index.CodeNeedFactor:
		return "/manage/account/two-factor/"
	case index.CodeNeedEmail:
		return "/manage/unverified-account/"
	}
	return ""
}

// comeBack is where a person goes on after a detour: a page that was asked for
// is asked for again; a form is filled in again on the page it came from.
func comeBack(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.RequestURI()
	}
	if from, err := url.Parse(r.Referer()); err == nil && from.Path != "" && from.Host == r.Host {
		return from.RequestURI()
	}
	return "/manage/projects/"
}

// SafeNext is the path of this site that a page was told to go on to, or the
// usual one when the text is anything else (security-bar 2.6): no host, no
// scheme, no backslash, no control character gets through.
func SafeNext(text, usual string) string {
	u, err := url.Parse(text)
	bad := err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.User != nil ||
		!strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.ContainsAny(text, "\\") ||
		strings.ContainsFunc(text, func(c rune) bool { return c < 0x20 || c == 0x7f }) || strings.HasPrefix(u.Path, "//")
	if bad {
		return usual
	}
	return u.RequestURI()
}

// See sends a browser on to another page of this site with a GET (303).
func See(w http.ResponseWriter, path string) error {
	h := w.Header()
	h.Set("Location", SafeNext(path, "/"))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// SetCookie gives the browser a secret that scripts cannot read and other sites
// do not send along; seconds is how long it lives, 0 ends it.
func SetCookie(w http.ResponseWriter, name, secret string, seconds int) {
	if seconds <= 0 {
		secret, seconds = "", -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: secret, Path: "/", MaxAge: seconds, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
