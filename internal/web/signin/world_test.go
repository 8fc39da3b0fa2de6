package signin_test

import (
	"context"
	"crypto/sha1"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/factor"
	"strongroom/internal/index"
	"strongroom/internal/mail"
	"strongroom/internal/middleware"
	"strongroom/internal/password"
)

const (
	goodPassword = "correct horse battery staple"
	newPassword  = "wandering violet lighthouse 7"
)

// start runs an index whose visitors come from the addresses they say they do.
func start(t *testing.T, adjust ...func(*config.Config)) *apptest.Server {
	t.Helper()
	return apptest.Start(t, append([]func(*config.Config){proxied}, adjust...)...)
}

func proxied(c *config.Config) { c.TrustedProxies = []string{"127.0.0.1"} }

func confirming(c *config.Config) { yes := true; c.ConfirmBrowsers = &yes }

func open(c *config.Config) { c.Registration = "open" }

// each runs a test on all databases.
func each(t *testing.T, test func(t *testing.T, s *apptest.Server), adjust ...func(*config.Config)) {
	for name, database := range apptest.Databases(t) {
		t.Run(name, func(t *testing.T) {
			all := append([]func(*config.Config){func(c *config.Config) { c.Database = database(t) }}, adjust...)
			test(t, start(t, all...))
		})
	}
}

// from is a browser at a network address.
func from(s *apptest.Server, address string) *apptest.Browser {
	b := s.NewBrowser()
	b.Header.Set("X-Forwarded-For", address)
	return b
}

func do(t *testing.T, s *apptest.Server, fn func(ctx context.Context, tx *change.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := s.Recorder.Do(ctx, index.Operator(), func(tx *change.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// withPassword is an account that can sign in; its address counts as verified.
func withPassword(t *testing.T, s *apptest.Server, name string) index.User {
	t.Helper()
	u := s.User(name)
	do(t, s, func(ctx context.Context, tx *change.Tx) error {
		return tx.SetPassword(ctx, u.ID, password.Hash(goodPassword), tx.Now)
	})
	return u
}

// enrolled is an account with a generator, whose secret it returns, and recovery
// codes.
func enrolled(t *testing.T, s *apptest.Server, name string) (u index.User, secret []byte, codes []string) {
	t.Helper()
	u, secret, codes = withPassword(t, s, name), factor.NewTOTPSecret(), factor.NewRecoveryCodes()
	var sums []string
	for _, c := range codes {
		sums = append(sums, factor.RecoverySum(u.UID, c))
	}
	do(t, s, func(ctx context.Context, tx *change.Tx) error {
		f := index.Factor{UserID: u.ID, Kind: index.FactorTOTP, Label: "phone", Secret: s.Keys.Seal(secret, "totp "+u.UID), CreatedAt: tx.Now}
		if _, err := tx.InsertFactor(ctx, f); err != nil {
			return err
		}
		return tx.ReplaceRecovery(ctx, u.ID, sums)
	})
	return u, secret, codes
}

// code is what the generator shows now.
func code(s *apptest.Server, secret []byte) string {
	return factor.TOTPCode(secret, factor.TOTPStep(s.Clock()))
}

// wrong is a code that the generator shows at no time near.
func wrong(s *apptest.Server, secret []byte) string {
	for _, try := range []string{"000000", "111111", "222222"} {
		if _, err := factor.CheckTOTP(secret, try, s.Clock()); err == factor.ErrWrongCode {
			return try
		}
	}
	return "333333"
}

// has fails unless the answer has the status and holds every text.
func has(t *testing.T, r apptest.Response, status int, texts ...string) {
	t.Helper()
	if r.StatusCode != status {
		t.Errorf("%s %s: %s, want %d\n%s", r.Request.Method, r.Request.URL.Path, r.Status, status, r.Text)
	}
	for _, text := range texts {
		if !strings.Contains(r.Text, text) {
			t.Errorf("%s %s: the page lacks %q:\n%s", r.Request.Method, r.Request.URL.Path, text, r.Text)
		}
	}
}

// goes fails unless the form succeeded and leads to the path.
func goes(t *testing.T, r apptest.Response, path string) {
	t.Helper()
	if r.StatusCode != http.StatusSeeOther || r.To() != path {
		t.Errorf("%s %s: %s to %q, want 303 to %q\n%s", r.Request.Method, r.Request.URL.Path, r.Status, r.To(), path, r.Text)
	}
}

// signedIn reports whether the browser is let into the account's pages.
func signedIn(b *apptest.Browser) bool {
	return b.Get("/manage/account/").StatusCode == http.StatusOK
}

func login(b *apptest.Browser, name, pass string, more ...string) apptest.Response {
	return b.PostForm("/account/login/", append([]string{"username", name, "password", pass}, more...)...)
}

// link is the link in the newest mail to an address whose subject has the text.
func link(t *testing.T, s *apptest.Server, to, subject string) string {
	t.Helper()
	mails := s.Mails(to)
	for i := len(mails) - 1; i >= 0; i-- {
		if !strings.Contains(mails[i].Subject, subject) {
			continue
		}
		m := regexp.MustCompile(regexp.QuoteMeta(s.Config.URL) + `(/account/\S+=\S+)`).FindStringSubmatch(mails[i].Text)
		if m == nil {
			t.Fatalf("no link in:\n%s", mails[i].Text)
		}
		return m[1]
	}
	t.Fatalf("no mail to %s with %q in its subject", to, subject)
	return ""
}

// tokenOf is the secret at the end of a link.
func tokenOf(link string) string {
	_, secret, _ := strings.Cut(link, "=")
	return secret
}

// events lists the audit log of an account, the newest first.
func events(t *testing.T, s *apptest.Server, name string) (actions []string) {
	t.Helper()
	all, err := s.DB.EventsOf(t.Context(), "user:"+name, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		actions = append(actions, e.Action)
		if strings.HasPrefix(e.Action, "account:login") && (e.Address == "" || strings.Contains(e.Address, "127.0.0.1") || e.UserAgent == "") {
			t.Errorf("%s: address %q, user agent %q: want a hash and the browser", e.Action, e.Address, e.UserAgent)
		}
	}
	return actions
}

// loginOf is the browser's login cookie.
func loginOf(b *apptest.Browser) string { return b.Cookies[middleware.LoginCookie] }

type mailMessage = mail.Message

// breachServer answers as a range API that knows one password.
func breachServer(t *testing.T, known string) string {
	t.Helper()
	sum := strings.ToUpper(fmt.Sprintf("%x", sha1.Sum([]byte(known))))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, sum[:5]) {
			fmt.Fprintf(w, "%s:3\r\n", sum[5:])
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/range/"
}
