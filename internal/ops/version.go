package ops

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Version is the version of this program, from the build information.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// RunLocal implements Local.
func (c *VersionCommand) RunLocal(_ context.Context, con Console) error {
	_, err := fmt.Fprintf(con.Stdout, "strongroom %s %s %s/%s\n", Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
