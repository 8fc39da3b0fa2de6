package upload_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/index"
)

// TestTokensOfAccountsThatLackSomething is MFA-6: the token of an account
// without a factor or verified address that the index asks for uploads nothing,
// and hears why in the words that PyPI uses.
func TestTokensOfAccountsThatLackSomething(t *testing.T) {
	s := apptest.Start(t, func(c *config.Config) { c.Profile = "public" })
	ctx := context.Background()
	do := func(fn func(tx *change.Tx) error) {
		t.Helper()
		if err := s.Recorder.Do(ctx, index.Operator(), fn); err != nil {
			t.Fatal(err)
		}
	}
	u := index.User{UID: access.NewUID(), Username: "alice", Email: "alice@example.org"}
	do(func(tx *change.Tx) (err error) { u.ID, err = tx.InsertUser(ctx, u, false); return err })
	s.Token = s.NewToken(access.Grant{User: u})
	refused := func(sentence string) {
		t.Helper()
		r := s.Upload(s.Token, apptest.Wheel("demo", "1.0", "x"))
		if r.StatusCode != http.StatusForbidden || !strings.Contains(r.Status, sentence) {
			t.Errorf("%s, want 403 %s", r.Status, sentence)
		}
	}
	refused("User alice does not have a verified primary email address.")
	do(func(tx *change.Tx) error { _, err := tx.VerifyEmail(ctx, u.ID, "Alice@example.org"); return err })
	refused("User alice does not have two-factor authentication enabled. Please enable 2FA in the account settings before attempting to upload.")
	do(func(tx *change.Tx) error {
		_, err := tx.InsertFactor(ctx, index.Factor{UserID: u.ID, Kind: index.FactorTOTP, Label: "phone", CreatedAt: tx.Now})
		return err
	})
	s.MustUpload(apptest.Wheel("demo", "1.0", "x"))
}
