package app

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"strongroom/internal/docs"
	"strongroom/internal/docsredirect"
	"strongroom/internal/ops"
	"strongroom/internal/web/manage"
)

// docsPolicy is what owners may redirect their documentation to.
func (a *App) docsPolicy() docsredirect.Policy {
	d := a.Config.Docs
	return docsredirect.Policy{HTTP: *d.HTTP, AnyHost: *d.AnyHost, DocsHost: d.Host()}
}

func (a *App) documentation() manage.Documentation {
	return manage.Documentation{Policy: a.docsPolicy(), Always: a.Config.Docs.Show == "always", URL: a.Config.Docs.URL}
}

// writeRedirects writes the file of redirects, if there is to be one. Names that
// it cannot hold are logged.
func (a *App) writeRedirects(ctx context.Context) error {
	file := a.Config.Docs.RedirectsFile
	if file == "" {
		return nil
	}
	left, err := ops.WriteRedirects(ctx, a.DB.Q, file)
	if len(left) > 0 {
		a.Log.Warn("documentation: names that the file of redirects cannot hold", "names", left)
	}
	return err
}

// serveDocs answers for old documentation until the context ends.
func (a *App) serveDocs(ctx context.Context) error {
	d := a.Config.Docs
	if d.Listen == "" {
		return nil
	}
	host := &docs.Host{Find: a.DB.DocsByName, Site: a.Config.URL, Log: a.Log}
	if d.Dir != "" {
		root, err := os.OpenRoot(d.Dir)
		if err != nil {
			return fmt.Errorf("docs.dir: %w", err)
		}
		defer root.Close()
		host.Root = root
	}
	srv := &http.Server{Addr: d.Listen, Handler: host, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}
