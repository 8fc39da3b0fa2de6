// Package docs is the host of old documentation: a door of its own, on an address
// of its own, because what it shows is HTML of strangers. It knows no accounts
// and no cookies. A project's redirect comes first, then what is stored, then a
// page that leads to the project (DR-7, DR-8).
package docs

import (
	"context"
	"log/slog"
	"os"

	"strongroom/internal/docsredirect"
)

// Host answers for the documentation. All fields but Root must be set.
type Host struct {
	// Find looks a project up by its normalised name.
	Find func(ctx context.Context, name string) (r docsredirect.Redirect, found bool, err error)
	Root *os.Root // the folder with a folder for each project, nil for none
	Site string   // public address of the index, no slash at the end
	Log  *slog.Logger
}
