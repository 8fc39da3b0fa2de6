package ops

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// keysFolder holds the instance's keys, in the data folder and in a backup.
const keysFolder = "keys"

// instanceKey is the one that every index has of its own.
const instanceKey = "instance.key"

// copyKeys copies key files as they are, without looking into them.
func copyKeys(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := sameIndex(from, to); err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(to, e.Name()), text); err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(to))
}

// sameIndex returns an error when both folders have an instance key, and not
// the same: then they belong to two indexes.
func sameIndex(a, b string) error {
	mine, err := os.ReadFile(filepath.Join(a, instanceKey))
	if err != nil {
		return err
	}
	theirs, err := os.ReadFile(filepath.Join(b, instanceKey))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && !bytes.Equal(mine, theirs) {
		err = fmt.Errorf("%s holds the keys of another index", b)
	}
	return err
}
