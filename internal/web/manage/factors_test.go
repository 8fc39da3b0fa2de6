package manage_test

import (
	"context"
	"encoding/base32"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/factor"
	"strongroom/internal/index"
)

const (
	totp  = "/manage/account/totp-provision"
	codes = "/manage/account/recovery-codes/generate"
	two   = "/manage/account/two-factor/"
)

// shownSecret is the secret that a page shows as text.
func shownSecret(t *testing.T, r apptest.Response) []byte {
	t.Helper()
	m := regexp.MustCompile(`<code class="secret"[^>]*>([A-Z2-7 ]+)</code>`).FindStringSubmatch(r.Text)
	if m == nil {
		t.Fatalf("the page shows no secret:\n%s", r.Text)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(m[1], " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// addApp sets an authenticator app up and returns its secret.
func addApp(t *testing.T, s *apptest.Server, b *apptest.Browser, label string) []byte {
	t.Helper()
	done(t, b.PostForm(totp), totp)
	secret := shownSecret(t, b.Get(totp))
	r := b.PostForm(totp, "label", label, "totp_value", factor.TOTPCode(secret, factor.TOTPStep(s.Clock())))
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s\n%s", r.Status, r.Text)
	}
	return secret
}

// shownCodes are the recovery codes on a page.
func shownCodes(r apptest.Response) (all []string) {
	for _, m := range regexp.MustCompile(`<li><code>([^<]+)</code></li>`).FindAllStringSubmatch(r.Text, -1) {
		all = append(all, m[1])
	}
	return all
}

// TestFirstApp: a right code adds it, everybody is told, and recovery codes come
// with it, which are confirmed by typing one that is not used up (MFA-1, MFA-4).
func TestFirstApp(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	remember(t, s, "alice")
	has(t, b.Get(totp), 200, "Begin")
	has(t, b.Get(totp+"/image"), 404)
	done(t, b.PostForm(totp), totp)
	secret := shownSecret(t, b.Get(totp))
	image := b.Get(totp + "/image")
	if has(t, image, 200, "<svg"); image.Header.Get("Content-Type") != "image/svg+xml" || image.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%v", image.Header)
	}
	step := factor.TOTPStep(s.Clock())
	has(t, b.PostForm(totp, "label", "Phone", "totp_value", "000000"), 400, `id="totp_value-wrong"`, `value="Phone"`)
	has(t, b.PostForm(totp, "label", " ", "totp_value", factor.TOTPCode(secret, step)), 400, `id="label-wrong"`)
	has(t, b.PostForm(totp, "label", strings.Repeat("x", 65), "totp_value", factor.TOTPCode(secret, step)), 400, "the most is 64")
	code := factor.TOTPCode(secret, step)
	done(t, b.PostForm(totp, "label", "Phone", "totp_value", code[:3]+" "+code[3:]), codes)
	has(t, b.PostForm(totp, "label", "Phone 2", "totp_value", code), 400, "Nothing is being set up any more")
	if trusted(t, s, "alice") != 0 || subjects(s, "alice@example.com") != "A second factor was added" {
		t.Errorf("remembered, or mails: %q", subjects(s, "alice@example.com"))
	}
	has(t, b.Get(two), 200, "Phone", "not in force yet")
	shown := shownCodes(b.Get(codes))
	if file := b.Get("/manage/account/recovery-codes/download"); len(shown) != 8 || !strings.Contains(file.Text, strings.Join(shown, "\n")) {
		t.Fatalf("shown %v, in the file %q", shown, file.Text)
	}
	has(t, b.PostForm("/manage/account/recovery-codes/confirm", "recovery_code_value", "aaaa-bbbb-cccc-dddd"), 400, "none of the codes above")
	done(t, b.PostForm("/manage/account/recovery-codes/confirm", "recovery_code_value", strings.ToUpper(shown[3])), two)
	sums, err := s.DB.RecoverySums(t.Context(), s.User("alice").ID)
	if err != nil || len(sums) != 8 {
		t.Errorf("%d codes in force, %v: typing one must not use it up", len(sums), err)
	}
	has(t, b.Get("/manage/account/recovery-codes/download"), 404)
	if r := b.Get(codes); strings.Contains(r.Text, shown[0]) {
		t.Error("the codes are shown again")
	}
	if all := b.Get("/manage/account/history.json").Text; strings.Contains(all, shown[0]) || strings.Contains(all, code) || !strings.Contains(all, "totp Phone") {
		t.Errorf("the history: %s", all)
	}
}

// TestNewCodes: the old ones are good until one of the new ones was typed.
func TestNewCodes(t *testing.T) {
	s := apptest.Start(t)
	b := signIn(t, s, "alice")
	has(t, b.PostForm(codes), 400, "Add one first")
	addApp(t, s, b, "Phone")
	old := shownCodes(b.Get(codes))
	done(t, b.PostForm("/manage/account/recovery-codes/confirm", "recovery_code_value", old[0]), two)
	done(t, b.PostForm("/manage/account/recovery-codes/regenerate"), codes)
	user := s.User("alice")
	match := func(code string) int {
		sums, err := s.DB.RecoverySums(t.Context(), user.ID)
		if err != nil {
			t.Fatal(err)
		}
		return factor.MatchRecovery(user.UID, code, sums)
	}
	fresh := shownCodes(b.Get(codes))
	if match(old[1]) < 0 || match(fresh[1]) >= 0 {
		t.Error("the new codes are in force before they were confirmed")
	}
	done(t, b.PostForm("/manage/account/recovery-codes/confirm", "recovery_code_value", fresh[0]), two)
	if match(old[1]) >= 0 || match(fresh[0]) < 0 {
		t.Error("the old codes are in force, or a new one is not")
	}
}

// TestRemoveFactor: the last one stays while the policy asks for one (MFA-7).
func TestRemoveFactor(t *testing.T) {
	for _, policy := range []string{"none", "all"} {
		s := apptest.Start(t, func(c *config.Config) { c.Require2FA = policy })
		b := signIn(t, s, "alice")
		addApp(t, s, b, "Phone")
		addApp(t, s, b, "Tablet")
		done(t, b.PostForm(totp), totp)
		secret := shownSecret(t, b.Get(totp))
		has(t, b.PostForm(totp, "label", "Phone", "totp_value", factor.TOTPCode(secret, factor.TOTPStep(s.Clock()))), 400, "called &#34;Phone&#34; already")
		has(t, b.PostForm(totp+"/delete", "label", "Nothing"), 404)
		has(t, b.PostForm("/manage/account/webauthn-provision/delete", "label", "Phone"), 404)
		done(t, b.PostForm(totp+"/delete", "label", "Phone"), two)
		left := 0
		if r := b.PostForm(totp+"/delete", "label", "Tablet"); policy == "all" {
			has(t, r, 400, "your last second factor")
			left = 1
		} else {
			done(t, r, two)
		}
		all, err := s.DB.FactorsOf(t.Context(), s.User("alice").ID)
		if err != nil || len(all) != left {
			t.Errorf("%s: %d factors left, want %d", policy, len(all), left)
		}
		if got := subjects(s, "alice@example.com"); strings.Count(got, "was removed") != 2-left {
			t.Errorf("%s: mails %q", policy, got)
		}
	}
}

// TestPolicySendsToFactors (MFA-6): who has no second factor where one is asked
// for is sent to the page that adds one, which works.
func TestPolicySendsToFactors(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { c.Require2FA = "all" })
	b := signIn(t, s, "alice")
	done(t, b.PostForm("/manage/account/token/", "description", "x", "token_scope", "scope:user", "permissions", "read"), two)
	has(t, b.Get(two), 200, "This index asks for a second factor")
	addApp(t, s, b, "Phone")
	has(t, b.PostForm("/manage/account/token/", "description", "x", "token_scope", "scope:user", "permissions", "read"), 200, "Copy it now")
}

// TestPolicyWithADay (MFA-6): until its day the policy reminds and stops nobody, uploads included; from then on it holds.
func TestPolicyWithADay(t *testing.T) {
	var day time.Time
	s := apptest.Start(t, func(c *config.Config) {
		day = time.Now().UTC().Add(48 * time.Hour).Truncate(24 * time.Hour)
		c.Require2FA, c.Require2FAFrom = "all", day.Format(time.DateOnly)
	})
	b := signIn(t, s, "alice")
	reminder := "From " + day.Format("2006-01-02")
	has(t, b.Get("/manage/projects/"), 200, reminder)
	has(t, b.Get(two), 200, reminder)
	made, token := makeToken(t, b, "description", "x", "token_scope", "scope:user", "permissions", "upload")
	has(t, made, 200, "Copy it now")
	if r := s.Upload(token, apptest.Wheel("early", "1.0", "x")); r.StatusCode != 200 {
		t.Errorf("before the day: %s", r.Status)
	}
	s.SetClock(time.Until(day) - time.Second)
	if r := s.Upload(token, apptest.Wheel("early", "1.1", "x")); r.StatusCode != 200 {
		t.Errorf("a second before the day: %s", r.Status)
	}
	s.SetClock(time.Until(day) + time.Second)
	if r := s.Upload(token, apptest.Wheel("early", "1.2", "x")); r.StatusCode != 403 {
		t.Errorf("on the day: %s", r.Status)
	}
	b = signIn(t, s, "alice")
	done(t, b.Get("/manage/projects/"), two)
	has(t, b.Get(two), 200, "This index asks for a second factor")
	addApp(t, s, b, "Phone")
	page := b.Get("/manage/projects/")
	if has(t, page, 200, "Your projects"); strings.Contains(page.Text, reminder) {
		t.Error("who has a factor is reminded")
	}
}

// TestOneCodeOnce (MFA-2, P30): of 64 who bring one code at the same time one
// sets the app up, on both databases.
func TestOneCodeOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		b := signIn(t, s, "alice")
		done(t, b.PostForm(totp), totp)
		code := factor.TOTPCode(shownSecret(t, b.Get(totp)), factor.TOTPStep(s.Clock()))
		results := make(chan int, 64)
		var wg sync.WaitGroup
		for i := range 64 {
			again := s.NewBrowser()
			for name, value := range b.Cookies {
				again.Cookies[name] = value
			}
			wg.Go(func() {
				results <- again.PostForm(totp, "label", fmt.Sprint("Phone ", i), "totp_value", code).StatusCode
			})
		}
		wg.Wait()
		close(results)
		won := 0
		for status := range results {
			switch status {
			case http.StatusSeeOther:
				won++
			case http.StatusBadRequest:
			default:
				t.Errorf("status %d", status)
			}
		}
		all, err := s.DB.FactorsOf(t.Context(), s.User("alice").ID)
		if err != nil || won != 1 || len(all) != 1 {
			t.Errorf("%d won, %d factors, %v", won, len(all), err)
		}
	})
}

// TestUnverifiedEnrols nothing (MFA-1), and is told what to do.
func TestUnverifiedEnrols(t *testing.T) {
	s := apptest.Start(t)
	do(t, s, func(ctx context.Context, tx *change.Tx) error {
		_, err := tx.InsertUser(ctx, index.User{UID: access.NewUID(), Username: "carl", Email: "new@example.com", CreatedAt: tx.Now}, false)
		return err
	})
	b := signIn(t, s, "carl")
	done(t, b.PostForm(totp), "/manage/unverified-account/")
	has(t, b.Get("/manage/unverified-account/"), 200, "new@example.com", "not verified", "Send the mail again")
	s.SetClock(time.Minute)
	if r := b.PostJSON("/manage/account/webauthn-provision/options", ""); r.StatusCode != http.StatusForbidden {
		t.Errorf("%s", r.Status)
	}
}
