package app

import (
	"context"
	"fmt"
	"path/filepath"

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
	var shown, note string
	admin := ops.NewAccount{Username: "admin", Email: "admin@localhost.localdomain", Superuser: true}
	err = ops.FirstAccount(ctx, a.Recorder, a.Guard, admin, func(secret string) error {
		shown, note = secret, "This token is shown only now; keep it."
		if console.Width > 0 {
			return nil
		}
		path := filepath.Join(a.Config.Data, "admin-token")
		shown, note = `"$(cat '`+path+`')"`, "The upload token of admin is in "+path+"; move it to a safe place."
		return writeSecret(path, secret+"\n")
	})
	if err != nil {
		return fmt.Errorf("first run: %w", err)
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
