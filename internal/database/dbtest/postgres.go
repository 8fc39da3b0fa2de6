package dbtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// cluster makes databases on the PostgreSQL server for tests. Making one and
// its schema takes half a second, emptying one a twentieth of that: so they are
// used again by later tests of this process, and dropped by the first test of a
// later process. The advisory lock key says which belong to one that lives.
type cluster struct {
	server string
	conn   *pgx.Conn
	key    int32

	mu   sync.Mutex
	made int
	free []string
}

const namePrefix = "strongroom_test_"

// theCluster is the one of this process.
var theCluster = sync.OnceValues(func() (*cluster, error) {
	ctx := context.Background()
	c := &cluster{server: os.Getenv(PostgresVariable), key: rand.Int32()}
	var err error
	if c.conn, err = pgx.Connect(ctx, c.server); err != nil {
		return nil, fmt.Errorf("connect to the server in %s: %w", PostgresVariable, err)
	}
	if _, err := c.conn.Exec(ctx, "SELECT pg_advisory_lock($1)", c.key); err != nil {
		return nil, err
	}
	return c, c.sweep(ctx)
})

// sweep drops the databases of processes that are gone.
func (c *cluster) sweep(ctx context.Context) error {
	rows, err := c.conn.Query(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", namePrefix)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		var key int32
		if _, err := fmt.Sscanf(strings.TrimPrefix(name, namePrefix), "%d_", &key); err != nil {
			continue
		}
		var gone bool
		if err := c.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", key).Scan(&gone); err != nil {
			return err
		}
		if !gone {
			continue
		}
		if _, err := c.conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			return err
		}
		if _, err := c.conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", key); err != nil {
			return err
		}
	}
	return nil
}

// take returns the name of an empty database.
func (c *cluster) take(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.free); n > 0 {
		name := c.free[n-1]
		c.free = c.free[:n-1]
		return name, nil
	}
	c.made++
	name := fmt.Sprintf("%s%d_%d", namePrefix, c.key, c.made)
	_, err := c.conn.Exec(ctx, "CREATE DATABASE "+name)
	return name, err
}

// emptyAll ends the connections that a test left open, and then leaves the
// schema with what its migrations put there: no rows, and the
// serial and the progress of the search index at 0. Tables whose rows others refer to come again in the next pass. Deleting few
// rows is faster than TRUNCATE, which makes new files for all tables.
const emptyAll = `DO $$ DECLARE t text; again boolean := to_regclass('serial') IS NOT NULL; BEGIN
	PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
	WHILE again LOOP
		again := false;
		FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('serial', 'search_progress', 'goose_db_version') LOOP
			BEGIN
				EXECUTE 'DELETE FROM ' || quote_ident(t);
			EXCEPTION WHEN foreign_key_violation THEN again := true;
			END;
		END LOOP;
		UPDATE serial SET value = 0;
		IF to_regclass('search_progress') IS NOT NULL THEN UPDATE search_progress SET serial = 0, built = 0; END IF;
	END LOOP;
END $$`

// give empties a database and keeps it for the next test.
func (c *cluster) give(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, c.url(name))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, emptyAll); err != nil {
		return fmt.Errorf("empty %s: %w", name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free = append(c.free, name)
	return nil
}

// url is the address of a database on the server.
func (c *cluster) url(name string) string {
	u, err := url.Parse(c.server)
	if err != nil { // connecting to it has parsed it
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

func newPostgres(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	c, err := theCluster()
	if err != nil {
		t.Fatal(err)
	}
	name, err := c.take(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.give(ctx, name); err != nil {
			t.Error(err)
		}
	})
	return c.url(name)
}
