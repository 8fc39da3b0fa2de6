//go:build slow

package durability

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/factor"
)

// redeems is how many try to redeem one secret at the same time (P30).
const redeems = 1000

// noLimits moves the limits out of the race's way: they are stricter than it.
const noLimits = "STRONGROOM_RATE_LIMITS=login-user=1000000/1h,login-address=1000000/1h,login-all=1000000/1h,factor-user=1000000/1h," +
	"factor-user-hour=1000000/1h,factor-user-day=1000000/1h,factor-address=1000000/1h,factor-address-hour=1000000/1h," +
	"password-reset=1000000/1h,password-reset-address=1000000/1h,register=1000000/1h,confirm-login=1000000/1h,email-verify=1000000/1h"

// cluster is the servers of one index: one process on SQLite, two on PostgreSQL.
type cluster struct {
	t     *testing.T
	nodes []place
	sites []string
	crowd *http.Client
}

func (c *cluster) site(i int) string { return c.sites[i%len(c.sites)] }

// newCluster starts them. Two nodes share the database, the storage and the key.
func newCluster(t *testing.T, database string, settings ...string) *cluster {
	c := &cluster{t: t, crowd: newCrowd()}
	settings = append(settings, noLimits, "STRONGROOM_TRUSTED_PROXIES=127.0.0.1", "STRONGROOM_REGISTRATION=invitation")
	first := newPlace(t.TempDir(), database)
	first.settings = append(first.settings, settings...)
	c.nodes = append(c.nodes, first)
	if database != "" {
		first.settings = append(first.settings, "STRONGROOM_STORAGE="+t.TempDir())
		c.nodes = []place{first, {data: t.TempDir(), settings: first.settings}}
	}
	for i, node := range c.nodes {
		if i > 0 {
			c.sameKey(node)
		}
		s, err := node.start(t)
		if err != nil {
			t.Fatal(err)
		}
		c.sites = append(c.sites, s.url)
	}
	return c
}

// sameKey gives a node the first one's key, as docs/OPERATING.md asks for.
func (c *cluster) sameKey(to place) {
	const name = "instance.key"
	keys := filepath.Join(to.data, "keys")
	key, err := os.ReadFile(filepath.Join(c.nodes[0].data, "keys", name))
	if err == nil {
		err = errors.Join(os.MkdirAll(keys, 0o700), os.WriteFile(filepath.Join(keys, name), key, 0o600))
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// race sends redeems requests at once, to all nodes in turns, and counts the winners.
func (c *cluster) race(try func(i int, site string) bool) {
	c.t.Helper()
	var all sync.WaitGroup
	var won atomic.Int64
	begin, began := make(chan struct{}), time.Now()
	for i := range redeems {
		all.Go(func() {
			<-begin
			if try(i, c.site(i)) {
				won.Add(1)
			}
		})
	}
	close(begin)
	all.Wait()
	c.t.Logf("%d of %d won at %d servers, %.1f s", won.Load(), redeems, len(c.sites), time.Since(began).Seconds())
	if won.Load() != 1 {
		c.t.Errorf("%d won, want exactly 1", won.Load())
	}
}

func (c *cluster) person(address string) *person { return newPerson(c.t, c.crowd, address) }

func address(i int) string { return fmt.Sprintf("198.51.%d.%d", i/250, i%250+1) }

// TestP30OneRedeems: of 1,000 at the same time exactly one redeems each secret
// that works once; on SQLite with one server process, on PostgreSQL with two.
func TestP30OneRedeems(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, database(t))
			for _, user := range []string{"totp", "recovery", "pending", "reset", "host", "guest"} {
				c.nodes[0].account(t, user)
			}
			t.Run("TOTP step", func(t *testing.T) { c.with(t).totp() })
			t.Run("recovery code", func(t *testing.T) { c.with(t).recovery() })
			t.Run("pending second factor", func(t *testing.T) { c.with(t).pending() })
			t.Run("reset link", func(t *testing.T) { c.with(t).reset() })
			t.Run("role invitation", func(t *testing.T) { c.with(t).role() })
			t.Run("invitation and verification link", func(t *testing.T) { c.with(t).invitation() })
		})
		t.Run(name+"/new browser", func(t *testing.T) {
			c := newCluster(t, database(t), "STRONGROOM_CONFIRM_BROWSERS=true")
			c.nodes[0].account(t, "confirm")
			c.confirm()
		})
	}
}

func (c *cluster) with(t *testing.T) *cluster { return &cluster{t, c.nodes, c.sites, c.crowd} }

// waiting are browsers that gave the password, half of them at each node: as
// many half-finished sign-ins as 1,000 requests can share.
func (c *cluster) waiting(name string) (all []*person) {
	for i := range 20 {
		p := c.person(address(i))
		p.signIn(c.site(i), name)
		all = append(all, p)
	}
	return all
}

// enrolled signs in and sets up second factors; the generator's step after that
// one has not been used.
func (c *cluster) enrolled(name string) (secret []byte, codes []string) {
	p := c.person("192.0.2.1")
	p.signIn(c.site(0), name)
	return p.enrol(c.site(0))
}

func (c *cluster) totp() {
	secret, _ := c.enrolled("totp")
	all := c.waiting("totp")
	code := factor.TOTPCode(secret, factor.TOTPStep(time.Now())+1) // within what clocks may differ
	c.race(func(i int, site string) bool {
		p := all[i%len(all)].at(address(i))
		p.send(http.MethodPost, site+"/account/two-factor/", "totp_value", code)
		return p.in()
	})
}

func (c *cluster) recovery() {
	_, codes := c.enrolled("recovery")
	all := c.waiting("recovery")
	c.race(func(i int, site string) bool {
		p := all[i%len(all)].at(address(i))
		p.send(http.MethodPost, site+"/account/recovery-code/", "recovery_code_value", codes[2])
		return p.in()
	})
}

func (c *cluster) pending() {
	_, codes := c.enrolled("pending")
	begun := c.person("192.0.2.1")
	begun.signIn(c.site(0), "pending")
	c.race(func(i int, site string) bool {
		p := begun.at(address(i))
		p.send(http.MethodPost, site+"/account/recovery-code/", "recovery_code_value", codes[i%len(codes)])
		return p.in()
	})
}

func (c *cluster) reset() {
	if status, text := c.person("192.0.2.1").send(http.MethodPost, c.site(0)+"/account/request-password-reset/", "username_or_email", "reset"); status != http.StatusOK {
		c.t.Fatalf("%d\n%s", status, text)
	}
	token := mailed(c.t, "reset@example.org", "/account/reset-password/", c.nodes...)
	c.race(func(i int, site string) bool {
		password := fmt.Sprint("wandering violet lighthouse ", i)
		status, _ := c.person(address(i)).send(http.MethodPost, site+"/account/reset-password/", "token", token, "new_password", password, "password_confirm", password)
		return status == http.StatusSeeOther
	})
}

func (c *cluster) invitation() {
	invite := c.nodes[0].invitation(c.t)
	var winner atomic.Int64
	c.race(func(i int, site string) bool {
		status, _ := c.person(address(i)).send(http.MethodPost, site+"/account/register/", "username", fmt.Sprint("new", i), "email", fmt.Sprintf("new%d@example.org", i),
			"new_password", longPassword, "password_confirm", longPassword, "invite", invite)
		if status == http.StatusSeeOther {
			winner.Store(int64(i))
		}
		return status == http.StatusSeeOther
	})
	token := mailed(c.t, fmt.Sprintf("new%d@example.org", winner.Load()), "/account/verify-email/", c.nodes...)
	c.race(func(i int, site string) bool {
		status, _ := c.person(address(i)).send(http.MethodPost, site+"/account/verify-email/", "token", token)
		return status == http.StatusSeeOther
	})
}

// role is an invitation to a project's role, accepted many times by the invitee.
func (c *cluster) role() {
	client := newClient(c.site(0), c.nodes[0].token(c.t))
	defer client.close()
	if a, err := client.upload(c.t.Context(), apptest.Wheel("demo", "1.0", "x")); err != nil || a.status != http.StatusOK {
		c.t.Fatalf("upload: %v %v", a, err)
	}
	c.nodes[0].run(c.t, "admin", "role", "set", "--project", "demo", "--user", "host", "Owner")
	host, guest := c.person("192.0.2.1"), c.person("192.0.2.2")
	host.signIn(c.site(0), "host")
	guest.signIn(c.site(0), "guest")
	host.must(c.site(0)+"/manage/project/demo/collaboration/", "username", "guest", "role_name", "Maintainer")
	token := mailed(c.t, "guest@example.org", "/account/verify-project-role/", c.nodes...)
	c.race(func(i int, site string) bool {
		status, _ := guest.at(address(i)).send(http.MethodPost, site+"/account/verify-project-role/", "token", token, "accept", "yes")
		return status == http.StatusSeeOther
	})
}

func (c *cluster) confirm() {
	first := c.person("192.0.2.1")
	first.signIn(c.site(0), "confirm")
	token := mailed(c.t, "confirm@example.org", "/account/confirm-login/", c.nodes...)
	c.race(func(i int, site string) bool {
		p := first.at("192.0.2.1")
		p.send(http.MethodPost, site+"/account/confirm-login/", "token", token)
		return p.in()
	})
}
