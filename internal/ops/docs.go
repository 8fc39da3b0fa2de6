package ops

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/docsredirect"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
	"strongroom/internal/packaging"
)

// DocsRedirectCommand groups the commands on where documentation went.
type DocsRedirectCommand struct {
	Set    DocsRedirectSet    `cmd:"" help:"Redirect the old documentation of a project. Example: strongroom admin docs-redirect set demo --url https://docs.example.com/demo --keep-path"`
	Clear  DocsRedirectClear  `cmd:"" help:"End a redirect."`
	Hosted DocsRedirectHosted `cmd:"" help:"Note which projects have a folder in docs.dir, so that they have documentation here."`
}

// DocsRedirectSet redirects a project's documentation.
type DocsRedirectSet struct {
	Name      string `arg:"" help:"The project."`
	URL       string `name:"url" required:"" help:"Where its documentation is now."`
	KeepPath  bool   `help:"Put what was asked for behind the address."`
	Permanent bool   `help:"Answer 301, which browsers remember, instead of 302."`
	JSON      bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *DocsRedirectSet) Run(ctx context.Context, o *Operator) error {
	var set index.DocsRedirect
	err := inProject(ctx, o, c.Name, func(tx *change.Tx, p index.Project) (err error) {
		d := index.DocsRedirect{URL: c.URL, KeepPath: c.KeepPath, Permanent: c.Permanent}
		if err := maintain.RedirectDocs(ctx, tx, p, o.Docs, d); err != nil {
			return err
		}
		set, _, err = tx.DocsRedirect(ctx, p.ID)
		return err
	})
	if err != nil {
		return err
	}
	name := packaging.NormalizeName(c.Name)
	return o.say(c.JSON, map[string]any{"project": name, "url": set.URL, "keep_path": set.KeepPath, "permanent": set.Permanent},
		"The documentation of %s redirects to %s.\n", name, set.URL)
}

// DocsRedirectClear ends a redirect.
type DocsRedirectClear struct {
	Name string `arg:"" help:"The project."`
	JSON bool   `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *DocsRedirectClear) Run(ctx context.Context, o *Operator) error {
	err := inProject(ctx, o, c.Name, func(tx *change.Tx, p index.Project) error { return maintain.EndDocsRedirect(ctx, tx, p) })
	if err != nil {
		return err
	}
	name := packaging.NormalizeName(c.Name)
	return o.say(c.JSON, map[string]any{"project": name, "url": nil}, "The documentation of %s redirects no longer.\n", name)
}

// DocsRedirectHosted looks at the folders of hosted documentation.
type DocsRedirectHosted struct {
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run implements Command.
func (c *DocsRedirectHosted) Run(ctx context.Context, o *Operator) error {
	if o.DocsDir == "" {
		return fmt.Errorf("the setting docs.dir names no folder of hosted documentation")
	}
	entries, err := os.ReadDir(o.DocsDir)
	if err != nil {
		return fmt.Errorf("docs.dir: %w", err)
	}
	hosted := []string{}
	for _, e := range entries {
		if !e.IsDir() || !packaging.ValidName(e.Name()) {
			continue
		}
		noted, err := noteHosted(ctx, o, e.Name())
		if err != nil {
			return err
		}
		if noted {
			hosted = append(hosted, e.Name())
		}
	}
	return o.say(c.JSON, map[string]any{"hosted": hosted}, "%d projects have documentation here.\n", len(hosted))
}

// noteHosted gives a project the folder of its name, in whatever spelling. A
// folder that no project has the name of is left alone.
func noteHosted(ctx context.Context, o *Operator, folder string) (noted bool, err error) {
	p, found, err := o.DB.Project(ctx, packaging.NormalizeName(folder))
	if err != nil || !found {
		return false, err
	}
	return true, inProject(ctx, o, p.Name, func(tx *change.Tx, p index.Project) error { return maintain.HostedDocs(ctx, tx, p, folder) })
}

// DocsRedirectsCommand groups the commands on the file of redirects.
type DocsRedirectsCommand struct {
	Write DocsRedirectsWrite `cmd:"" help:"Write all redirects into a file that conveyor reads. Example: strongroom docs-redirects write redirects.txt"`
}

// DocsRedirectsWrite writes the file of redirects.
type DocsRedirectsWrite struct {
	File string `arg:"" help:"The file; it is replaced as a whole."`
}

// Run implements Command.
func (c *DocsRedirectsWrite) Run(ctx context.Context, o *Operator) error {
	left, err := WriteRedirects(ctx, o.DB.Q, Absolute(o.Dir, c.File))
	for _, name := range left {
		fmt.Fprintf(o.Stderr, "strongroom: the file cannot hold the name %s; left out\n", name)
	}
	return err
}

// WriteRedirects writes all redirects into a file, which is replaced as a whole
// after it was read again (DR-4), and lists the names it cannot hold (DR-5).
func WriteRedirects(ctx context.Context, q database.Q, path string) (left []string, err error) {
	all, err := q.DocsRedirects(ctx)
	if err != nil {
		return nil, err
	}
	entries, left := docsredirect.Entries(all)
	text, err := docsredirect.Format(entries)
	if err != nil {
		return left, err
	}
	read, err := docsredirect.Parse(text)
	if err == nil && len(read) != distinct(entries) {
		err = fmt.Errorf("%d names would be %d", distinct(entries), len(read))
	}
	if err != nil {
		return left, fmt.Errorf("the redirects would not be read as they are meant, so nothing was written: %w", err)
	}
	if before, err := os.ReadFile(path); err == nil && bytes.Equal(before, text) {
		return left, nil
	}
	return left, replaceFile(path, text)
}

func distinct(entries []docsredirect.Entry) int {
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.ProjectName)
	}
	slices.Sort(names)
	return len(slices.Compact(names))
}

// replaceFile puts the whole text in the place of the file, or leaves it as it
// was: readers never see a part.
func replaceFile(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+strings.TrimPrefix(filepath.Base(path), ".")+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(text); err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
