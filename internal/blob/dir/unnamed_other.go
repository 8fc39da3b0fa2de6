//go:build !linux

package dir

import (
	"errors"
	"os"
)

// createUnnamed is for Linux only.
func createUnnamed(string) (*os.File, error) { return nil, errors.ErrUnsupported }

func link(from, to string) error { return os.Link(from, to) }
