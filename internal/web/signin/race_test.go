package signin_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/app/apptest"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/factor"
	"strongroom/internal/index"
)

// atOnce runs fn on many goroutines that begin together, and counts successes.
func atOnce(n int, fn func(i int) bool) int {
	var wg sync.WaitGroup
	var won atomic.Int64
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			if fn(i) {
				won.Add(1)
			}
		})
	}
	close(begin)
	wg.Wait()
	return int(won.Load())
}

// many is how many race at once: fewer in the quick check, for each hashes a
// password.
func many() int {
	if testing.Short() {
		return 16
	}
	return 64
}

// begun are browsers that gave the right password and wait for the factor, each
// at an address of its own. One really signs in; the others get tickets like
// its, for hashing many passwords proves nothing here.
func begun(s *apptest.Server, t *testing.T) []*apptest.Browser {
	t.Helper()
	all := make([]*apptest.Browser, many())
	all[0] = from(s, "192.0.2.1")
	goes(t, login(all[0], "alice", goodPassword), "/account/two-factor/")
	ticket, found, err := s.DB.Ticket(t.Context(), index.TicketSecondFactor, access.HashSecret(all[0].Cookies["__Host-strongroom-pending"]), s.Clock())
	if err != nil || !found {
		t.Fatalf("no ticket: %v", err)
	}
	do(t, s, func(ctx context.Context, tx *change.Tx) error {
		for i := 1; i < len(all); i++ {
			all[i] = from(s, fmt.Sprintf("192.0.2.%d", i+1))
			all[i].Cookies["__Host-strongroom-pending"], ticket.Hash = access.NewSecret()
			if err := tx.InsertTicket(ctx, ticket); err != nil {
				return err
			}
		}
		return nil
	})
	return all
}

// TestOneWins is P30 for every secret here that works once: of many at the
// same time, one does.
func TestOneWins(t *testing.T) {
	for name, database := range apptest.Databases(t) {
		for kind, race := range map[string]func(*testing.T, *apptest.Server) int{
			"TOTP": raceTOTP, "recovery code": raceRecovery, "second-factor ticket": racePending, "reset": raceReset, "invitation": raceInvitation, "verification": raceVerification, "new browser": raceConfirm,
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				s := start(t, func(c *config.Config) {
					c.Database = database(t)
					c.Registration = "invitation"
				})
				if won := race(t, s); won != 1 {
					t.Errorf("%d of %d won, want 1", won, many())
				}
			})
		}
	}
}

// raceTOTP: one code on many sign-ins. The limit of wrong factors is stricter
// than the race, so few get through to the code; that none but one wins is the
// claim either way.
func raceTOTP(t *testing.T, s *apptest.Server) int {
	_, secret, _ := enrolled(t, s, "alice")
	all := begun(s, t)
	now := code(s, secret)
	return atOnce(many(), func(i int) bool {
		all[i].PostForm("/account/two-factor/", "totp_value", now)
		return loginOf(all[i]) != ""
	})
}

func raceRecovery(t *testing.T, s *apptest.Server) int {
	_, _, codes := enrolled(t, s, "alice")
	all := begun(s, t)
	return atOnce(many(), func(i int) bool {
		all[i].PostForm("/account/recovery-code/", "recovery_code_value", codes[3])
		return loginOf(all[i]) != ""
	})
}

// racePending: one half-finished sign-in, with another recovery code each time.
func racePending(t *testing.T, s *apptest.Server) int {
	_, _, codes := enrolled(t, s, "alice")
	first := from(s, "192.0.2.1")
	login(first, "alice", goodPassword)
	return atOnce(many(), func(i int) bool {
		b := from(s, fmt.Sprintf("192.0.2.%d", i+1))
		b.Cookies["__Host-strongroom-pending"] = first.Cookies["__Host-strongroom-pending"]
		b.PostForm("/account/recovery-code/", "recovery_code_value", codes[i%factor.RecoveryCodes])
		return loginOf(b) != ""
	})
}

// raceReset and raceInvitation hash a password each, which takes a slow machine
// longer than a client waits; so they ask the action, not the page.
func raceReset(t *testing.T, s *apptest.Server) int {
	withPassword(t, s, "alice")
	s.NewBrowser().PostForm("/account/request-password-reset/", "username_or_email", "alice")
	token := tokenOf(link(t, s, "alice@example.com", "Choose a new password"))
	return atOnce(many(), func(i int) bool {
		typed := fmt.Sprintf("%s number %d", newPassword, i)
		err := s.Accounts.ResetPassword(t.Context(), account.Browser{}, token, account.NewPassword{New: typed, Again: typed})
		return lostOrWon(t, err)
	})
}

func raceInvitation(t *testing.T, s *apptest.Server) int {
	link, err := s.Accounts.Invite(t.Context(), index.Operator(), "", false)
	if err != nil {
		t.Fatal(err)
	}
	return atOnce(many(), func(i int) bool {
		name := fmt.Sprintf("user%d", i)
		b := account.Browser{Actor: index.Actor{Kind: "visitor", Address: fmt.Sprintf("192.0.2.%d", i+1)}}
		_, err := s.Accounts.Register(t.Context(), b, account.Registration{
			Username: name, Email: name + "@example.org", Password: account.NewPassword{New: newPassword, Again: newPassword}, Invite: tokenOf(link),
		})
		return lostOrWon(t, err)
	})
}

// lostOrWon fails the test when somebody neither won nor heard that the link was
// used.
func lostOrWon(t *testing.T, err error) bool {
	if err != nil && !index.HasCode(err, index.CodeLinkEnded) {
		t.Errorf("a loser hears: %v", err)
	}
	return err == nil
}

func raceVerification(t *testing.T, s *apptest.Server) int {
	path, err := s.Accounts.Invite(t.Context(), index.Operator(), "", false)
	if err != nil {
		t.Fatal(err)
	}
	s.NewBrowser().PostForm("/account/register/", "username", "eve", "email", "eve@example.org", "new_password", newPassword, "password_confirm", newPassword, "invite", tokenOf(path))
	token := tokenOf(link(t, s, "eve@example.org", "Confirm your mail address"))
	return atOnce(many(), func(int) bool {
		return s.NewBrowser().PostForm("/account/verify-email/", "token", token).StatusCode == http.StatusSeeOther
	})
}

// raceConfirm: one link, opened many times in copies of the right browser.
func raceConfirm(t *testing.T, s *apptest.Server) int {
	s.Accounts.Confirm = true
	withPassword(t, s, "alice")
	first := from(s, "192.0.2.1")
	goes(t, login(first, "alice", goodPassword), "/account/confirm-login/")
	token := tokenOf(link(t, s, "alice@example.com", "Is this you?"))
	return atOnce(many(), func(int) bool {
		b := from(s, "192.0.2.1")
		b.Cookies["__Host-strongroom-confirm"] = first.Cookies["__Host-strongroom-confirm"]
		b.PostForm("/account/confirm-login/", "token", token)
		return loginOf(b) != ""
	})
}

// TestManyGuessesAtOnce: the limits count before the work, so that many guesses
// at the same time are not more than the limit lets through.
func TestManyGuessesAtOnce(t *testing.T) {
	s := start(t)
	withPassword(t, s, "alice")
	tried := atOnce(many(), func(i int) bool {
		return login(from(s, fmt.Sprintf("192.0.2.%d", i+1)), "alice", "x").StatusCode == http.StatusBadRequest
	})
	if tried != 10 {
		t.Errorf("%d passwords were tried, want 10", tried)
	}
}
