package app

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// makeFolder makes a folder for its owner alone, and what is missing above it.
// What is in it survives a power cut only if its name does, and all names above
// (P2). A folder that was there may be left by a start that died before its
// sync, so its parent is synced too, unless that is not ours to open.
func makeFolder(path string) error {
	parent := filepath.Dir(path)
	if parent == path {
		return nil
	}
	if err := makeFolder(parent); err != nil {
		return err
	}
	info, err := os.Stat(path)
	existed := err == nil && info.IsDir()
	if !existed {
		if err := os.Mkdir(path, 0o700); err != nil {
			return err
		}
	}
	if err := syncFolder(parent); err != nil && !existed {
		return err
	}
	return nil
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
	return errors.Join(f.Sync(), f.Close())
}

// writeSecret writes a file that only its owner may read, durable when it
// returns.
func writeSecret(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close(), syncFolder(filepath.Dir(path)))
}
