package sign

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func open(t *testing.T, folder string) *Keyring {
	t.Helper()
	k, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// fixed is a keyring of a known key.
func fixed(t *testing.T, b byte) *Keyring {
	t.Helper()
	k, err := New(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestOpenMakesTheKeyOnce(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	sealed := open(t, folder).Seal([]byte("secret"), "row 1")
	info, err := os.Stat(filepath.Join(folder, keyFile))
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 65 {
		t.Fatalf("%+v, %v", info, err)
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %+v, %v", info, err)
	}
	if got, err := open(t, folder).Unseal(sealed, "row 1"); err != nil || string(got) != "secret" {
		t.Errorf("after opening again: %q, %v", got, err)
	}
}

// TestOpenRefuses what it must not use: keys that are damaged, and keys that others can read.
func TestOpenRefuses(t *testing.T) {
	good := strings.Repeat("ab", 32)
	for name, row := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"empty":            {"", 0o600, "64 hexadecimal digits"},
		"short":            {good[:62], 0o600, "64 hexadecimal digits"},
		"not hexadecimal":  {"z" + good[1:], 0o600, "64 hexadecimal digits"},
		"readable by all":  {good, 0o644, "can be read by others"},
		"readable by some": {good, 0o640, "can be read by others"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, keyFile)
			if err := os.WriteFile(path, []byte(row.text), row.mode); err != nil {
				t.Fatal(err)
			}
			_, err := Open(folder)
			if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v; want %q and the path", err, row.want)
			}
			if err != nil && strings.Contains(err.Error(), good) {
				t.Error("the error tells the key")
			}
			if text, _ := os.ReadFile(path); string(text) != row.text {
				t.Error("the file was changed")
			}
		})
	}
}

func TestSealBindsToItsRow(t *testing.T) {
	k, other := fixed(t, 1), fixed(t, 2)
	sealed := k.Seal([]byte("secret"), "token a")
	if bytes.Contains(sealed, []byte("secret")) || bytes.Equal(sealed, k.Seal([]byte("secret"), "token a")) {
		t.Error("sealing is not encryption with a fresh nonce")
	}
	if got, err := k.Unseal(sealed, "token a"); err != nil || string(got) != "secret" {
		t.Errorf("%q, %v", got, err)
	}
	for name, try := range map[string]func() ([]byte, error){
		"another row":  func() ([]byte, error) { return k.Unseal(sealed, "token b") },
		"another key":  func() ([]byte, error) { return other.Unseal(sealed, "token a") },
		"a bit":        func() ([]byte, error) { return k.Unseal(flip(sealed), "token a") },
		"cut off":      func() ([]byte, error) { return k.Unseal(sealed[:len(sealed)-1], "token a") },
		"nothing left": func() ([]byte, error) { return k.Unseal(nil, "token a") },
	} {
		if got, err := try(); err == nil {
			t.Errorf("%s: unsealed %q", name, got)
		}
	}
}

func flip(b []byte) []byte {
	c := bytes.Clone(b)
	c[len(c)/2] ^= 1
	return c
}

// TestHashAddress: equal for equal addresses, meaningless without the key, and not the sealing key's work.
func TestHashAddress(t *testing.T) {
	k := fixed(t, 1)
	a := k.HashAddress("192.0.2.1")
	if a != k.HashAddress("192.0.2.1") || a == k.HashAddress("192.0.2.2") || a == fixed(t, 2).HashAddress("192.0.2.1") {
		t.Error("the hash does not depend on address and key alone")
	}
	if len(a) != 32 || strings.Contains(a, "192") {
		t.Errorf("got %q", a)
	}
	// The value must not change between releases, or one person's events fall apart.
	if want := "8e907b7d1b0fc733cf850eb32a57570c"; a != want {
		t.Errorf("got %s, want %s", a, want)
	}
}

func TestEachUseHasAKeyOfItsOwn(t *testing.T) {
	if a, b := derive([]byte("k"), "seal"), derive([]byte("k"), "address"); bytes.Equal(a, b) || len(a) != 32 {
		t.Error("each use must have a key of its own")
	}
}
