package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"strongroom/internal/index"
	"strongroom/internal/upload"
)

// Gate is a command that needs the settings of the upload gate but no index.
type Gate interface {
	RunGate(ctx context.Context, c Console, e upload.Examiner) error
}

// CheckCommand holds local files against the checks of an upload.
type CheckCommand struct {
	Files  []string `arg:"" name:"file" help:"Wheels and source distributions."`
	Legacy bool     `help:"As strongroom import --legacy: old filenames, .zip and RECORD differences are warnings."`
	JSON   bool     `name:"json" help:"Answer as JSON."`
}

// Help is what --help says below the usage.
func (c *CheckCommand) Help() string {
	return `Example: strongroom check dist/*

These are the checks of an upload that need no index: form, filename and contents, with this machine's settings.
The exit code is 0 when all files pass, 1 when one is refused, 2 when one cannot be read.`
}

// verdict is what came of one file.
type verdict struct {
	File     string          `json:"file"`
	OK       bool            `json:"ok"`
	Project  string          `json:"project,omitempty"`
	Version  string          `json:"version,omitempty"`
	Problems []index.Problem `json:"problems"`
	Warnings []string        `json:"warnings"`
	Error    string          `json:"error,omitempty"` // why it cannot be read
}

// RunGate implements Gate.
func (c *CheckCommand) RunGate(ctx context.Context, con Console, e upload.Examiner) error {
	code, all := 0, []verdict{}
	for _, name := range c.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		v := c.examine(ctx, con, name, e)
		switch {
		case v.Error != "":
			code = 2
		case !v.OK:
			code = max(code, 1)
		}
		all = append(all, v)
		if !c.JSON {
			v.print(con)
		}
	}
	if c.JSON {
		if err := json.NewEncoder(con.Stdout).Encode(map[string]any{"files": all}); err != nil {
			return err
		}
	}
	if code != 0 {
		return ExitError{Code: code}
	}
	return nil
}

func (c *CheckCommand) examine(ctx context.Context, con Console, name string, e upload.Examiner) verdict {
	v := verdict{File: name, Problems: []index.Problem{}, Warnings: []string{}}
	f, err := os.Open(Absolute(con.Dir, name))
	if err != nil {
		v.Error = reason(err)
		return v
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a file")
	}
	if err != nil {
		v.Error = reason(err)
		return v
	}
	local := upload.LocalFile{Content: io.NewSectionReader(f, 0, info.Size()), File: f, Filename: filepath.Base(name), Legacy: c.Legacy}
	result, problems, err := e.Examine(ctx, local)
	if err != nil {
		v.Error = reason(err)
		return v
	}
	v.OK, v.Project, v.Version = len(problems) == 0, result.Project, result.Version
	v.Problems, v.Warnings = append(v.Problems, problems...), append(v.Warnings, result.Warnings...)
	return v
}

func (v verdict) print(con Console) {
	good, bad := "ok     ", "refused"
	if con.Width > 0 {
		good, bad = "✓", "✗"
	}
	switch {
	case v.Error != "":
		fmt.Fprintf(con.Stdout, "%s %s: cannot be read: %s\n", bad, v.File, v.Error)
	case v.OK:
		fmt.Fprintf(con.Stdout, "%s %s\n", good, v.File)
	default:
		fmt.Fprintf(con.Stdout, "%s %s\n", bad, v.File)
	}
	for _, p := range v.Problems {
		fmt.Fprintf(con.Stdout, "    %s (%s)\n", p.Detail, p.Code)
	}
	for _, w := range v.Warnings {
		fmt.Fprintf(con.Stdout, "    warning: %s\n", w)
	}
}

// reason is an error of the system without the path, which the reader knows.
func reason(err error) string {
	var at *os.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return err.Error()
}
