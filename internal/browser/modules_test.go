//go:build slow

package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"strongroom/internal/factor"
	"strongroom/internal/password"
	"strongroom/internal/password/breachlist"
)

// modulePage has what the comments at the top of password.js and webauthn.js ask for.
const modulePage = `<!DOCTYPE html><html lang="en"><title>Modules</title><main><h1>Modules</h1>
<script type="module" src="/static/password.js"></script><script type="module" src="/static/webauthn.js"></script>
<form><label for="username">Name</label> <input id="username" autocomplete="username webauthn">
<label for="password">Password</label> <input type="password" id="password" autocomplete="new-password" data-password data-password-range="/_/password-range/" data-password-inputs="username"
 aria-describedby="password-strength password-breach"><meter id="password-meter" aria-label="Strength" min="0" max="4" low="2" high="3" optimum="4" hidden></meter>
<p id="password-strength" aria-live="polite"></p><p id="password-breach" aria-live="polite"></p>
<label for="label">Key</label> <input id="label" value="My key"></form>
<button type="button" id="register" hidden data-webauthn="register" data-options="/keys/register/options" data-validate="/keys/register/validate" data-label="label">Add</button>
<button type="button" id="second" hidden data-webauthn="authenticate" data-options="/keys/second/options" data-validate="/keys/second/validate">Second factor</button>
<button type="button" id="passkey" hidden data-webauthn="authenticate" data-options="/keys/passkey/options" data-validate="/keys/passkey/validate"%s>Passkey</button>
<p id="webauthn-status" role="status"></p></main></html>`

// moduleSite serves the modules and what they talk to, without accounts around it.
type moduleSite struct {
	t       *testing.T
	checker *password.Checker
	keys    *factor.WebAuthn

	mu      sync.Mutex
	session []byte
	key     factor.Credential
	slow    time.Duration // before a range is answered
	said    []string      // what validate accepted
}

func newModuleSite(t *testing.T, csp string) (*moduleSite, string) {
	t.Helper()
	list := filepath.Join(t.TempDir(), "list")
	hashes := "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9\n" // password
	if _, err := breachlist.Build(t.Context(), breachlist.FromText(strings.NewReader(hashes)), list, breachlist.Sorted); err != nil {
		t.Fatal(err)
	}
	s := &moduleSite{t: t}
	mux := http.NewServeMux()
	mux.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir("../web/shell/assets"))))
	mux.HandleFunc("GET /_/password-range/{prefix}", s.ranges)
	mux.HandleFunc("POST /keys/{way}/options", s.options)
	mux.HandleFunc("POST /keys/{way}/validate", s.validate)
	mux.HandleFunc("GET /{page}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", csp)
		extra := ""
		if r.PathValue("page") == "conditional" {
			extra = " data-conditional"
		}
		fmt.Fprintf(w, modulePage, extra)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	address := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	var err error
	if s.checker, err = password.Open(password.Options{Backend: password.BackendLocal, File: list}); err == nil {
		s.keys, err = factor.NewWebAuthn(address, "Modules")
	}
	if err != nil {
		t.Fatal(err)
	}
	return s, address
}

func (s *moduleSite) ranges(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	slow := s.slow
	s.mu.Unlock()
	time.Sleep(slow)
	lines, err := s.checker.Range(r.Context(), r.PathValue("prefix"))
	if err != nil || r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
		s.t.Errorf("%s: %v %v", r.URL, err, r.Header)
	}
	_, _ = w.Write(lines)
}

func (s *moduleSite) options(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var options []byte
	var err error
	switch r.PathValue("way") {
	case "register":
		options, s.session, err = s.keys.BeginRegistration(factor.Account{Handle: []byte("uid"), Name: "alice", Label: "Alice"}, nil, true, time.Now())
	case "second":
		options, s.session, err = s.keys.BeginAssertion([]factor.Credential{s.key}, time.Now())
	default:
		options, s.session, err = s.keys.BeginPasskey(time.Now())
	}
	if err != nil {
		s.t.Error(err)
	}
	_, _ = w.Write(options)
}

func (s *moduleSite) validate(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	way, response := r.PathValue("way"), []byte(r.FormValue("credential"))
	session := s.session
	s.session = nil
	var err error
	switch way {
	case "register":
		if s.key, err = s.keys.FinishRegistration(session, response, time.Now()); err == nil {
			way = fmt.Sprintf("register %s %v %v", r.FormValue("label"), s.key.Discoverable, s.key.Transports)
		}
	case "second":
		err = s.accept(s.keys.FinishAssertion(session, response, []factor.Credential{s.key}, time.Now()))
	default:
		err = s.accept(s.keys.FinishPasskey(session, response, time.Now(), func(id, handle []byte) (factor.Credential, error) {
			if string(id) != string(s.key.ID) || string(handle) != "uid" {
				return factor.Credential{}, factor.ErrUnknownKey
			}
			return s.key, nil
		}))
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]any{"fail": map[string]any{"errors": []string{err.Error()}}})
		return
	}
	s.said = append(s.said, way)
	_ = json.NewEncoder(w).Encode(map[string]any{"redirect_to": "/after-" + r.PathValue("way")})
}

func (s *moduleSite) accept(a factor.Assertion, err error) error {
	if err == nil && (!a.Verified || a.SignCount <= s.key.SignCount) {
		err = errors.New("not verified, or not counted")
	}
	s.key.SignCount, s.key.BackedUp = a.SignCount, a.BackedUp
	return err
}

// openModules opens a page under the policy that the index gives its pages.
func openModules(t *testing.T, path string) (*moduleSite, *tab) {
	t.Helper()
	server := start(t)
	s, address := newModuleSite(t, server.Get("/").Header.Get("Content-Security-Policy"))
	b := open(t, server)
	b.site = address
	b.goTo(path)
	return s, b
}

// clean fails for anything asked of another site (PW-7), and for errors on the console.
func clean(t *testing.T, b *tab) {
	t.Helper()
	for _, address := range b.asked() {
		if !strings.HasPrefix(address, b.site) && address != "about:blank" {
			t.Errorf("the page asked %s", address)
		}
	}
	if said := b.said(); len(said) > 0 {
		t.Errorf("the console says: %v", said)
	}
}

// retype empties a field and types into it.
func (b *tab) retype(selector, text string) {
	b.t.Helper()
	b.eval("document.querySelector(" + quote(selector) + ").value = ''")
	b.fill(selector, text)
}

// ranges lists the prefixes that were asked for.
func ranges(b *tab) (prefixes []string) {
	for _, address := range b.asked() {
		if _, prefix, ok := strings.Cut(address, "/_/password-range/"); ok {
			prefixes = append(prefixes, prefix)
		}
	}
	return prefixes
}

// TestPasswordAdvice: PW-6 and PW-7. While typing, the page says how strong a password is and that it is known from a
// breach; only five digits of its hash are sent, to the site itself, and the library is loaded when it is needed.
func TestPasswordAdvice(t *testing.T) {
	s, b := openModules(t, "/page")
	loaded := func() bool {
		return slices.ContainsFunc(b.asked(), func(a string) bool { return strings.HasSuffix(a, "/static/zxcvbn.js") })
	}
	if loaded() {
		t.Error("the library was loaded before anybody chose a password")
	}
	b.retype("#password", "password")
	b.see("Very weak")
	b.see("appears in a security breach")
	b.until("the warning and the meter", "document.querySelector('#password-breach.warn') && !document.querySelector('#password-meter').hidden")
	if !loaded() {
		t.Error("the library was not loaded")
	}
	b.retype("#password", "constructor")
	b.until("nothing about what the library cannot judge", "document.querySelector('#password-strength').textContent === ''")
	b.retype("#username", "zqjxwvkpfy")
	b.retype("#password", "zqjxwvkpfy")
	b.until("the user's own name", "/weak/i.test(document.querySelector('#password-strength').textContent)")
	b.retype("#password", "violin-teapot-granite-7")
	b.see("Very strong.")
	b.until("no warning", "document.querySelector('#password-breach').textContent === ''")
	before := len(ranges(b))
	b.retype("#password", "short77")
	b.do("leave the field", chromedp.Focus(chromedp.CSS("#username")))
	time.Sleep(time.Second)
	if got := ranges(b); len(got) != before || !slices.Contains(got, "5BAA6") || slices.ContainsFunc(got, func(p string) bool { return len(p) != 5 }) {
		t.Errorf("asked for the ranges %v", got)
	}
	s.lateAnswers(b)
	clean(t, b)
}

// lateAnswers: what comes for an older text is ignored; leaving the field asks at once.
func (s *moduleSite) lateAnswers(b *tab) {
	s.t.Helper()
	b.goTo("/page") // a new page does not remember what was asked
	s.mu.Lock()
	s.slow = 1500 * time.Millisecond
	s.mu.Unlock()
	b.retype("#password", "password")
	b.do("leave the field", chromedp.Focus(chromedp.CSS("#username")))
	b.retype("#password", "violin-teapot-granite-8")
	time.Sleep(4 * time.Second)
	if text := b.text(); strings.Contains(text, "security breach") {
		s.t.Errorf("a late answer shows:\n%s", text)
	}
}

// TestSecurityKeys registers a passkey of a virtual authenticator and uses it in each way, against package factor.
func TestSecurityKeys(t *testing.T) {
	s, b := openModules(t, "/page")
	b.addKey()
	b.click("#register")
	b.click("#second")
	b.click("#passkey")
	if want := []string{"register My key true [internal]", "second", "passkey"}; !slices.Equal(s.said, want) {
		t.Errorf("accepted were %q, want %q", s.said, want)
	}
	if b.path() != "/after-passkey" {
		t.Errorf("the tab is at %s", b.path())
	}
	s.mu.Lock()
	s.key.SignCount = 1 << 20
	s.mu.Unlock()
	b.press("#second")
	b.see("the security key's counter went back")
	s.mu.Lock()
	s.key.SignCount = 0
	s.mu.Unlock()
	if said := b.said(); len(said) > 0 && !strings.Contains(fmt.Sprint(said), "400") {
		t.Errorf("the console says: %v", said)
	}
}

// TestConditionalPasskey: the field for the user name offers passkeys as soon as the page is open.
func TestConditionalPasskey(t *testing.T) {
	s, b := openModules(t, "/page")
	b.addKey()
	b.click("#register")
	b.goTo("/conditional")
	b.until("the passkey was used", "location.pathname === '/after-passkey'")
	if want := "passkey"; s.said[len(s.said)-1] != want {
		t.Errorf("accepted were %q", s.said)
	}
	clean(t, b)
}

// TestBrowserKnowsTheLicence: what is handed to browsers has its licence beside it.
func TestBrowserKnowsTheLicence(t *testing.T) {
	text, err := os.ReadFile("../web/shell/assets/zxcvbn.LICENSE.txt")
	if err != nil || !strings.Contains(string(text), "Permission is hereby granted") {
		t.Errorf("%v %.100s", err, text)
	}
}
