// Package sign is the only code that touches private keys. So far there is one:
// the instance key, which seals the root keys of API tokens in the database
// and keys the hashes of network addresses. A copy of the database without
// this key mints no token.
package sign

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Keyring holds the instance's keys.
type Keyring struct {
	seal    cipher.AEAD
	address []byte
}

const keyFile = "instance.key"

// Open reads the key in the folder, making it (mode 0600, durable) the first
// time. It refuses a key file that others can read.
func Open(folder string) (*Keyring, error) {
	path := filepath.Join(folder, keyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = create(folder, path)
	}
	if err == nil {
		err = checkPrivate(path)
	}
	if err != nil {
		return nil, fmt.Errorf("instance key: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("instance key: %s does not hold 64 hexadecimal digits; restore it from a backup", path)
	}
	return New(key)
}

// checkPrivate holds for systems whose modes say who can read a file.
func checkPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others (mode %04o); run chmod 600 on it, and think about who has read it", path, info.Mode().Perm())
	}
	return nil
}

// New makes a keyring of a 32-byte key.
func New(key []byte) (*Keyring, error) {
	block, err := aes.NewCipher(derive(key, "seal"))
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Keyring{seal: aead, address: derive(key, "address")}, nil
}

// derive gives each use a key of its own.
func derive(key []byte, use string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("strongroom " + use))
	return mac.Sum(nil)
}

// create makes the key, durable before anything can be sealed with it: the file,
// its name, and its folder's name. A crash on the way leaves no key rather
// than half of one.
func create(folder, path string) ([]byte, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	text := []byte(hex.EncodeToString(raw) + "\n")
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return nil, err
	}
	return text, errors.Join(syncFolder(folder), syncFolder(filepath.Dir(folder)))
}

// syncFolder makes the names in a folder durable. Windows has no such thing.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Seal encrypts a secret for storage; about binds it to its row, so that
// sealed values cannot be swapped.
func (k *Keyring) Seal(secret []byte, about string) []byte {
	return k.seal.Seal(nil, nil, secret, []byte(about))
}

// Unseal reverses Seal.
func (k *Keyring) Unseal(sealed []byte, about string) ([]byte, error) {
	secret, err := k.seal.Open(nil, nil, sealed, []byte(about))
	if err != nil {
		return nil, fmt.Errorf("unseal %s: the instance key does not fit this data: %w", about, err)
	}
	return secret, nil
}

// HashAddress turns a network address into what may be stored: equal for equal
// addresses, meaningless without the key.
func (k *Keyring) HashAddress(address string) string {
	mac := hmac.New(sha256.New, k.address)
	mac.Write([]byte(address))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
