//go:build slow

package durability

import (
	"encoding/base32"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"strongroom/internal/factor"
	"strongroom/internal/mail/mailtest"
)

// person is somebody's browser at one server or another: it keeps cookies and
// sends what a browser sends.
type person struct {
	t       *testing.T
	client  *http.Client
	address string // in X-Forwarded-For
	cookies map[string]string
}

const longPassword = "correct horse battery staple"

// newCrowd is the client of all persons.
func newCrowd() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 200, MaxConnsPerHost: 200},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       3 * time.Minute,
	}
}

func newPerson(t *testing.T, client *http.Client, address string) *person {
	return &person{t, client, address, map[string]string{}}
}

// at is the same browser at another address.
func (p *person) at(address string) *person {
	return &person{p.t, p.client, address, maps.Clone(p.cookies)}
}

// send asks, again when the server has too much to do, and gives status and text.
func (p *person) send(method, at string, fields ...string) (status int, text string) {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	for range 600 {
		if status, text = p.once(method, at, form.Encode()); status != http.StatusServiceUnavailable {
			return status, text
		}
		time.Sleep(100 * time.Millisecond)
	}
	return status, text
}

func (p *person) once(method, at, body string) (status int, text string) {
	r, err := http.NewRequest(method, at, strings.NewReader(body))
	if err != nil {
		p.t.Error(err)
		return 0, ""
	}
	for name, value := range p.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	r.Header = http.Header{
		"Cookie": r.Header["Cookie"], "Sec-Fetch-Site": {"same-origin"}, "X-Forwarded-For": {p.address},
		"Accept": {"text/html"}, "Content-Type": {"application/x-www-form-urlencoded"},
	}
	answer, err := p.client.Do(r)
	if err != nil {
		p.t.Error(err)
		return 0, ""
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Error(err)
	}
	for _, c := range answer.Cookies() {
		if p.cookies[c.Name] = c.Value; c.Value == "" {
			delete(p.cookies, c.Name)
		}
	}
	return answer.StatusCode, string(b)
}

// must send a form that succeeds.
func (p *person) must(at string, fields ...string) {
	p.t.Helper()
	if status, text := p.send(http.MethodPost, at, fields...); status != http.StatusSeeOther {
		p.t.Fatalf("%s: %d\n%s", at, status, text)
	}
}

func (p *person) page(at string) string {
	p.t.Helper()
	status, text := p.send(http.MethodGet, at)
	if status != http.StatusOK {
		p.t.Fatalf("%s: %d\n%s", at, status, text)
	}
	return text
}

func (p *person) signIn(site, name string) {
	p.t.Helper()
	p.must(site+"/account/login/", "username", name, "password", longPassword)
}

func (p *person) in() bool { return p.cookies["__Host-strongroom"] != "" }

// enrol gives the account of who is signed in a generator and recovery codes.
func (p *person) enrol(site string) (secret []byte, codes []string) {
	p.t.Helper()
	const totp = "/manage/account/totp-provision"
	p.must(site + totp)
	m := regexp.MustCompile(`<code class="secret"[^>]*>([A-Z2-7 ]+)</code>`).FindStringSubmatch(p.page(site + totp))
	if m == nil {
		p.t.Fatal("the page shows no secret")
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(m[1], " ", ""))
	if err != nil {
		p.t.Fatal(err)
	}
	p.must(site+totp, "label", "phone", "totp_value", factor.TOTPCode(secret, factor.TOTPStep(time.Now())))
	for _, c := range regexp.MustCompile(`<li><code>([^<]+)</code></li>`).FindAllStringSubmatch(p.page(site+"/manage/account/recovery-codes/generate"), -1) {
		codes = append(codes, c[1])
	}
	if len(codes) == 0 {
		p.t.Fatal("the page shows no codes")
	}
	p.must(site+"/manage/account/recovery-codes/confirm", "recovery_code_value", codes[0])
	return secret, codes
}

// account makes an account with a password on the command line.
func (p place) account(t *testing.T, name string) {
	t.Helper()
	cmd := p.command(t.Context(), "admin", "user", "create", name, "--email", name+"@example.org", "--password-stdin")
	cmd.Stdin = strings.NewReader(longPassword + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// invitation is the secret of a link to make an account with.
func (p place) invitation(t *testing.T) string {
	t.Helper()
	p.run(t, "admin", "user", "invite")
	link, err := os.ReadFile(filepath.Join(p.data, "invitation"))
	if err != nil {
		t.Fatal(err)
	}
	_, secret, found := strings.Cut(strings.TrimSpace(string(link)), "invite=")
	if !found {
		t.Fatalf("no invitation in %q", link)
	}
	return secret
}

// mailed is the secret of a link to path in a mail to an address, whichever
// node sent it.
func mailed(t *testing.T, to, path string, nodes ...place) string {
	t.Helper()
	link := regexp.MustCompile(regexp.QuoteMeta(path) + `\?\w+=([\w-]+)`)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		for _, n := range nodes {
			all, err := mailtest.ReadFolder(filepath.Join(n.data, "mail"))
			if err != nil {
				continue // no mail yet
			}
			for _, m := range all {
				if found := link.FindStringSubmatch(m.Text); found != nil && m.To == to {
					return found[1]
				}
			}
		}
	}
	t.Fatalf("no mail to %s with a link to %s", to, path)
	return ""
}
