package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"strongroom/internal/ops"
)

// welcome makes the administrator on the first run and tells how to go on. The
// token and the link to choose a password are shown once, on a terminal;
// otherwise they go to files that only their owner can read.
func (a *App) welcome(ctx context.Context, console ops.Console) error {
	first, err := a.firstRun(ctx)
	if err != nil || !first {
		return err
	}
	var token, link, note string
	admin := ops.NewAccount{Username: "admin", Email: "admin@localhost.localdomain", Superuser: true}
	err = ops.FirstAccount(ctx, a.Accounts, admin, func(secret, signIn string) error {
		token, link, note = secret, signIn, "This token and this link are shown only now; keep the token."
		if console.Width > 0 {
			return nil
		}
		tokenFile, linkFile := filepath.Join(a.Config.Data, "admin-token"), filepath.Join(a.Config.Data, "admin-link")
		token, link = `"$(cat '`+tokenFile+`')"`, "open the address in "+linkFile
		note = "The upload token of admin is in " + tokenFile + "; move it to a safe place."
		return errors.Join(writeSecret(linkFile, signIn+"\n"), writeSecret(tokenFile, secret+"\n"))
	})
	if err != nil {
		return fmt.Errorf("first run: %w", err)
	}
	_, err = fmt.Fprintf(console.Stdout, welcomeText, a.Config.URL, note, token, link)
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
Choose a password for admin and sign in with a browser, within 6 hours:
  %[4]s

`
