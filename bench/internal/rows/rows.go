// Package rows fills a data folder of Strongroom with projects that exist only
// in the database, to measure the list of all projects at PyPI's size.
package rows

import (
	"context"
	"embed"
	"fmt"
	"os/exec"
	"strconv"
)

//go:embed rows.py
var script embed.FS

// Fill adds n projects to the SQLite database in a data folder that no server
// has open. The statements are run by Python, because of our packages only the
// database may speak SQL.
func Fill(ctx context.Context, folder string, n int) error {
	code, err := script.ReadFile("rows.py")
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "python3", "-c", string(code), folder, strconv.Itoa(n)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("generate rows: %w: %s", err, out)
	}
	return nil
}
