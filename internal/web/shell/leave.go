package shell

import (
	"net/http"
	"sync"

	"strongroom/internal/middleware"
)

// TripCookie holds the secret of a sign-in under way at the company's provider.
const TripCookie = "__Host-strongroom-sso"

// leaving is the page between a form here and a page of another site.
type leaving struct{ To, Name string }

// leavePage is parsed at the first use.
var leavePage = sync.OnceValue(func() *Page { return NewPage(files, "leave.html") })

// Leave sends a browser on to the page of another site that the server chose, as
// the answer to a form. It is a page with a Refresh header rather than a redirect:
// browsers hold redirects after a form to form-action of the content security
// policy, which allows our own site only, and other sites go on redirecting.
func Leave(w http.ResponseWriter, r *http.Request, to, name, cookie string, seconds int) error {
	middleware.SetCookie(w, TripCookie, cookie, seconds)
	h := w.Header()
	h.Set("Refresh", "0; url="+to)
	h.Set("Referrer-Policy", "no-referrer")
	return leavePage().Write(w, r, http.StatusOK, leaving{to, name})
}
