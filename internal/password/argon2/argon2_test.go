package argon2_test

import (
	"encoding/hex"
	"testing"

	"strongroom/internal/password/argon2"
)

// TestHandle makes the hash of RFC 9106's kind that the reference implementation's command does:
// echo -n password | argon2 somesalt -id -t 2 -k 256 -p 1 -l 32.
func TestHandle(t *testing.T) {
	const want = "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
	r := argon2.Request{Password: []byte("password"), Salt: []byte("somesalt"), Cost: argon2.Cost{Memory: 256, Time: 2, Lanes: 1}, Size: 32}
	if got, err := argon2.Handle(r.Encode()); err != nil || hex.EncodeToString(got) != want || hex.EncodeToString(r.Tag()) != want {
		t.Errorf("%x, %v; here %x; want %s", got, err, r.Tag(), want)
	}
}

// TestHandleRefuses: what is cut off or makes no sense is an error and no panic.
func TestHandleRefuses(t *testing.T) {
	whole := argon2.Request{Password: []byte("p"), Salt: []byte("12345678"), Cost: argon2.Cost{Memory: 8, Time: 1, Lanes: 1}, Size: 32}.Encode()
	for n := range len(whole) - 1 { // the last byte is of the password
		if tag, err := argon2.Handle(whole[:n]); err == nil {
			t.Errorf("%d bytes of a request give %x", n, tag)
		}
	}
	for _, c := range []argon2.Cost{{}, {8, 0, 1}, {8, 1, 0}, {7, 1, 1}, {64, 1, 9}, {1 << 20, 1, 256}} {
		if tag, err := argon2.Handle(argon2.Request{Cost: c, Size: 32}.Encode()); err == nil {
			t.Errorf("%+v gives %x", c, tag)
		}
	}
	if argon2.Asks([]byte("argon2")) || !argon2.Asks(whole) {
		t.Error("what is no request is taken for one, or the other way round")
	}
}
