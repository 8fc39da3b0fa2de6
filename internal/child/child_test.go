package child_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"strongroom/internal/password/argon2"
	"strongroom/internal/sandbox"
)

// TestPasswordsAreHashedInAChild asks the real program, locked down as it is.
func TestPasswordsAreHashedInAChild(t *testing.T) {
	program := filepath.Join(t.TempDir(), "strongroom")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "strongroom/cmd/strongroom")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pool, err := sandbox.New(sandbox.Options{Program: program, Idle: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	q := argon2.Request{Password: []byte("correct horse"), Salt: []byte("0123456789abcdef"), Cost: argon2.Cost{Memory: 19 << 10, Time: 2, Lanes: 1}, Size: 32}
	want := q.Tag()
	if got, err := pool.Run(t.Context(), q.Encode(), nil); err != nil || !bytes.Equal(got, want) {
		t.Errorf("a child says %x, %v; want %x", got, err, want)
	}
	refused := (*sandbox.Failure)(nil)
	if got, err := pool.Run(t.Context(), q.Encode()[:12], nil); !errors.As(err, &refused) {
		t.Errorf("what is cut off gives %x, %v", got, err)
	}
}
