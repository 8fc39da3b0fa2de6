//go:build slow

package durability

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // registers "sqlite"
)

// crashRounds is how often the server is killed on each database.
const crashRounds = 30

// TestCrash kills the server with SIGKILL while 16 clients upload and one reads, again and again on the same data, and
// wants every acknowledged file back after each restart (P1), no file listed without its bytes (P4), and no filename
// with two contents (P5).
func TestCrash(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) { crash(t, newPlace(t.TempDir(), database(t))) })
	}
}

func crash(t *testing.T, p place) {
	began, seed := time.Now(), newSeed(t)
	rng := rand.New(rand.NewPCG(seed, 0))
	s := newStorm(rng)
	s.late = true
	token := ""
	for round := range rounds(crashRounds) {
		srv, err := p.start(t)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if token == "" {
			token = p.token(t)
		}
		c := newClient(srv.url, token)
		check(t, p, s, c, s.touched(rng, 20))
		killed(t, s, c, srv, rng)
		intact(t, p)
		if t.Failed() {
			t.Fatalf("round %d; the server's last words:\n%s", round, srv.tail())
		}
	}
	srv, err := p.start(t)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(srv.url, token)
	s.verifyAll(t.Context(), c)
	check(t, p, s, c, nil)
	if code := srv.stop(t); code != 0 {
		t.Errorf("the server exits with %d\n%s", code, srv.tail())
	}
	intact(t, p)
	t.Logf("%d rounds, %d files acknowledged, %d read and hashed, %.0f s", rounds(crashRounds), s.acknowledged(), s.reads.Load(), time.Since(began).Seconds())
}

// killed is one round: a storm that ends with kill -9 after 0 to 2 seconds.
func killed(t *testing.T, s *storm, c *client, srv *server, rng *rand.Rand) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var dead atomic.Bool
	s.up = func() bool { return !dead.Load() }
	wait := s.begin(ctx, c, rng.Uint64())
	time.Sleep(time.Duration(rng.Int64N(int64(2 * time.Second))))
	dead.Store(true)
	srv.kill()
	cancel()
	wait()
	c.close()
	s.settle(t)
}

// check asks the ledger and the program's own fsck.
func check(t *testing.T, p place, s *storm, c *client, projects []string) {
	t.Helper()
	s.verify(t.Context(), c, projects)
	s.settle(t)
	if err := p.fsck(); err != nil {
		t.Error(err)
	}
}

// intact asks SQLite whether the database file is sound. It looks at a copy, so that the next start finds what the
// crash left.
func intact(t *testing.T, p place) {
	t.Helper()
	original := filepath.Join(p.data, "strongroom.db")
	if _, err := os.Stat(original); os.IsNotExist(err) {
		return // PostgreSQL has the rows
	}
	duplicate := filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range []string{"", "-wal"} {
		text, err := os.ReadFile(original + suffix)
		if err == nil {
			err = os.WriteFile(duplicate+suffix, text, 0o600)
		}
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	for _, pragma := range []string{"integrity_check", "foreign_key_check"} {
		if found, err := pragmaRows(duplicate, pragma); err != nil || found != "" {
			t.Errorf("PRAGMA %s: %s (%v)", pragma, found, err)
		}
	}
}

// pragmaRows gives what a pragma complains about.
func pragmaRows(path, pragma string) (found string, err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return "", err
	}
	defer db.Close()
	rows, err := db.Query("PRAGMA " + pragma)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return "", fmt.Errorf("PRAGMA %s has something to report: %w", pragma, err)
		}
		if text != "ok" {
			found += text + "\n"
		}
	}
	return found, rows.Err()
}
