package app

import (
	"context"
	"fmt"
	"path/filepath"

	"strongroom/internal/access"
	"strongroom/internal/ops"
)

// welcome makes the administrator on the first run and tells how to go on. The
// token is shown once, on a terminal; otherwise it goes to a file that only
// its owner can read.
func (a *App) welcome(ctx context.Context, console ops.Console) error {
	first, err := a.firstRun(ctx)
	if err != nil || !first {
		return err
	}
	admin, err := ops.CreateUser(ctx, a.Recorder, ops.NewAccount{Username: "admin", Email: "admin@localhost.localdomain", Superuser: true})
	if err != nil {
		return fmt.Errorf("first run: %w", err)
	}
	_, secret, err := ops.CreateToken(ctx, a.Recorder, a.Guard, access.Grant{User: admin, Description: "made on the first run"})
	if err != nil {
		return fmt.Errorf("first run: %w", err)
	}
	shown, note := secret, "This token is shown only now; keep it."
	if console.Width == 0 {
		path := filepath.Join(a.Config.Data, "admin-token")
		if err := writeSecret(path, secret+"\n"); err != nil {
			return fmt.Errorf("first run: %w", err)
		}
		shown, note = `"$(cat '`+path+`')"`, "The upload token of admin is in "+path+"; move it to a safe place."
	}
	_, err = fmt.Fprintf(console.Stdout, welcomeText, a.Config.URL, note, shown)
	return err
}

// welcomeText holds the lines of the README; both are tested as they stand.
const welcomeText = `Strongroom runs at %[1]s/ with a fresh administrator named admin.
%[2]s

Upload:
  twine upload --repository-url %[1]s/legacy/ -u __token__ -p %[3]s dist/*
  uv publish --publish-url %[1]s/legacy/ --token %[3]s dist/*
Install:
  pip install --index-url %[1]s/simple/ PROJECT
  uv pip install --index-url %[1]s/simple/ PROJECT

`
