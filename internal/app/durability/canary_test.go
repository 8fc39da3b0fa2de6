//go:build slow

package durability

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/factor"
)

// canaries are secrets that must be found nowhere, by what they are.
type canaries map[string]string

func (c canaries) cookies(p *person, what string) {
	for name, value := range p.cookies {
		c[what+" "+name] = value
	}
}

// TestP37SecretsStayOut sends secrets of every kind through the doors of
// accounts, right and wrong, and looks for them in the whole log, the metrics,
// and each file of the data folder but the mails: the database with its events
// and jobs, its write-ahead log, and what else there is.
func TestP37SecretsStayOut(t *testing.T) {
	var log bytes.Buffer
	p, metrics := newPlace(t.TempDir(), ""), freeAddress(t)
	p.settings = append(p.settings, "STRONGROOM_LOG_REQUESTS=true", "STRONGROOM_METRICS="+metrics, "STRONGROOM_REGISTRATION=invitation", noLimits)
	p.journal = &log
	s, err := p.start(t)
	if err != nil {
		t.Fatal(err)
	}
	p.account(t, "alice")
	secrets := canaries{}
	secrets.live(t, p, s.url)
	secrets.fail(t, s.url)
	a, err := newClient("http://"+metrics, "").get(t.Context(), "/metrics")
	if err != nil || !strings.Contains(a.text, "strongroom_") {
		t.Errorf("metrics: %v %v", a, err)
	}
	secrets.search(t, "the metrics", []byte(a.text))
	time.Sleep(300 * time.Millisecond) // the log is written a tenth of a second late
	if code := s.stop(t); code != 0 {
		t.Errorf("exit %d", code)
	}
	if n := bytes.Count(log.Bytes(), []byte(`"msg":"request"`)); n < 40 {
		t.Fatalf("the log has %d requests; is it the whole?\n%s", n, log.String())
	}
	secrets.search(t, "the log", log.Bytes())
	files := 0
	err = filepath.WalkDir(p.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.Contains(path, "/mail/") || d.Name() == "invitation" { // links are meant to be there
			return err
		}
		text, err := os.ReadFile(path)
		files++
		secrets.search(t, path, text)
		return err
	})
	if err != nil || files < 3 {
		t.Errorf("%d files were looked at: %v", files, err)
	}
	t.Logf("%d secrets, %d bytes of log, %d files", len(secrets), log.Len(), files)
}

// freeAddress is one that nobody listens on at this moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (c canaries) search(t *testing.T, where string, text []byte) {
	t.Helper()
	for what, secret := range c {
		if len(secret) < 6 {
			t.Fatalf("%s: %q is too short to look for", what, secret)
		}
		if i := bytes.Index(text, []byte(secret)); i >= 0 {
			t.Errorf("%s holds %s: %q", where, what, text[max(0, i-100):min(len(text), i+len(secret)+40)])
		}
	}
}

// live does all that works: an account by invitation, its address, factors,
// every way to sign in, a token, an upload, a reset.
func (c canaries) live(t *testing.T, p place, site string) {
	crowd := newCrowd()
	alice := newPerson(t, crowd, "")
	alice.signIn(site, "alice")
	c["the password"] = longPassword
	c.cookies(alice, "after the password")
	secret, codes := alice.enrol(site)
	c.cookies(alice, "after enrolling")
	c["the generator's secret"], c["its text"] = string(secret), base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	c["its hex"], c["its base64"] = hex.EncodeToString(secret), base64.StdEncoding.EncodeToString(secret)
	for i, code := range codes {
		c["recovery code "+string(rune('0'+i))] = code
		c["recovery code without dashes "+string(rune('0'+i))] = strings.ReplaceAll(code, "-", "")
	}
	again := newPerson(t, crowd, "")
	again.signIn(site, "alice")
	c.cookies(again, "waiting")
	code := factor.TOTPCode(secret, factor.TOTPStep(time.Now())+1)
	again.must(site+"/account/two-factor/", "totp_value", code, "remember_device", "true")
	c.cookies(again, "after the factor")
	by := newPerson(t, crowd, "")
	by.signIn(site, "alice")
	by.must(site+"/account/recovery-code/", "recovery_code_value", codes[2])
	c.cookies(by, "after a recovery code")
	token := p.token(t)
	c["an API token"] = token
	client := newClient(site, token)
	defer client.close()
	if a, err := client.upload(t.Context(), apptest.Wheel("demo", "1.0", "x")); err != nil || a.status != http.StatusOK {
		t.Errorf("upload: %v %v", a, err)
	}
	c.links(t, p, site, newPerson(t, crowd, ""))
}

// links follows the links of mails and invitations.
func (c canaries) links(t *testing.T, p place, site string, eve *person) {
	c["an invitation"] = p.invitation(t)
	c["a new password"] = "zephyr canary mandolin 8812"
	eve.must(site+"/account/register/", "username", "eve", "email", "eve@example.org", "new_password", c["a new password"], "password_confirm", c["a new password"], "invite", c["an invitation"])
	c.cookies(eve, "after registering")
	c["a verification link"] = mailed(t, "eve@example.org", "/account/verify-email/", p)
	eve.page(site + "/account/verify-email/?token=" + c["a verification link"])
	eve.must(site+"/account/verify-email/", "token", c["a verification link"])
	eve.send(http.MethodPost, site+"/account/request-password-reset/", "username_or_email", "eve")
	c["a reset link"] = mailed(t, "eve@example.org", "/account/reset-password/", p)
	eve.page(site + "/account/reset-password/?token=" + c["a reset link"])
	c["the password after that"] = "obsidian canary harpsichord 4417"
	eve.must(site+"/account/reset-password/", "token", c["a reset link"], "new_password", c["the password after that"], "password_confirm", c["the password after that"])
}

// fail sends a secret wherever one goes, to be refused: as form field, address,
// cookie and credential, also in the wrong field.
func (c canaries) fail(t *testing.T, site string) {
	const wrong = "wrong-canary-6f1d2c9be0a7-secret"
	c["what was wrong"] = wrong
	p := newPerson(t, newCrowd(), "")
	for _, name := range []string{"strongroom", "strongroom-device", "strongroom-pending", "strongroom-confirm", "strongroom-challenge"} {
		p.cookies["__Host-"+name] = wrong
	}
	for _, path := range []string{
		"login", "two-factor", "recovery-code", "register", "reset-password", "request-password-reset", "verify-email", "confirm-login", "reauthenticate", "unsubscribe",
	} {
		at := site + "/account/" + path + "/"
		p.send(http.MethodGet, at+"?token="+wrong+"&invite="+wrong+"&next=/"+wrong)
		for _, username := range []string{"alice", wrong} { // people type passwords where names go
			fields := []string{"username", username, "password", wrong, "new_password", wrong, "password_confirm", wrong + "x", "email", "a@b.example", "username_or_email", username, wrong, wrong}
			p.send(http.MethodPost, at, append(fields, "token", wrong, "invite", wrong, "totp_value", wrong, "recovery_code_value", wrong)...)
		}
		p.once(http.MethodPost, at, "%zz="+wrong)
		p.once(http.MethodPost, at, "token=%00"+wrong+"&password=%ff"+wrong)
	}
	for _, path := range []string{"/simple/", "/legacy/", "/manage/account/", "/pypi/demo/json", "/nothing"} {
		for _, value := range []string{"Bearer " + wrong, "Basic " + base64.StdEncoding.EncodeToString([]byte("__token__:"+wrong)), "Basic " + base64.StdEncoding.EncodeToString([]byte(wrong+":"+wrong)), "Bearer pypi-" + wrong} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, site+path+"?token="+wrong, strings.NewReader(wrong))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", value)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
		}
	}
}
