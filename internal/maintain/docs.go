package maintain

import (
	"context"
	"fmt"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/docsredirect"
	"strongroom/internal/index"
	"strongroom/internal/notify"
)

// DocsJob is the kind of the queued work that writes the file of all redirects.
// It is queued with each change of one (DR-4).
const DocsJob = "docs-redirects"

// RedirectDocs sends visitors of a project's old documentation elsewhere, for one
// of its owners. d needs URL, KeepPath and Permanent.
func (a *Actions) RedirectDocs(ctx context.Context, v *access.Visitor, project index.Project, policy docsredirect.Policy, d index.DocsRedirect) error {
	return a.inProject(ctx, v, access.SetFlags, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		if err := ownersMay(p, []index.At{{Level: index.OnProject, Standing: p.Standing}}); err != nil {
			return err
		}
		return RedirectDocs(ctx, tx, p, policy, d)
	})
}

// EndDocsRedirect takes back what RedirectDocs did.
func (a *Actions) EndDocsRedirect(ctx context.Context, v *access.Visitor, project index.Project) error {
	return a.inProject(ctx, v, access.SetFlags, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		if err := ownersMay(p, []index.At{{Level: index.OnProject, Standing: p.Standing}}); err != nil {
			return err
		}
		return EndDocsRedirect(ctx, tx, p)
	})
}

// RedirectDocs is the act for operators. The caller must hold the project's name.
func RedirectDocs(ctx context.Context, tx *change.Tx, p index.Project, policy docsredirect.Policy, d index.DocsRedirect) error {
	url, err := policy.Check(d.URL, d.KeepPath)
	if err != nil {
		return index.Refuse(index.CodeDocsAddress, "%s", err)
	}
	before, found, err := tx.DocsRedirect(ctx, p.ID)
	if err != nil {
		return err
	}
	d.ProjectID, d.URL, d.SetBy, d.SetAt = p.ID, url, tx.Actor.Username, tx.Now
	if found && before.URL == d.URL && before.KeepPath == d.KeepPath && before.Permanent == d.Permanent {
		return nil
	}
	if err := tx.PutDocsRedirect(ctx, d); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventDocsSet, Object: "project:" + p.Name, Before: before.URL, After: d.URL})
	return docsChanged(ctx, tx, p, "set docs redirect", d.URL)
}

// EndDocsRedirect is the act for operators. The caller must hold the project's
// name. Ending what is not there changes nothing.
func EndDocsRedirect(ctx context.Context, tx *change.Tx, p index.Project) error {
	before, found, err := tx.DocsRedirect(ctx, p.ID)
	if err != nil || !found {
		return err
	}
	if _, err := tx.RemoveDocsRedirect(ctx, p.ID); err != nil {
		return err
	}
	tx.Event(index.Event{Action: index.EventDocsRemove, Object: "project:" + p.Name, Before: before.URL})
	return docsChanged(ctx, tx, p, "remove docs redirect", "")
}

// docsChanged does what every change of a redirect brings: a serial, since the
// JSON API and the page show it (DR-10), the file, and the mail to the owners.
func docsChanged(ctx context.Context, tx *change.Tx, p index.Project, action, url string) error {
	tx.Journal(p.Name, "", action)
	if err := rewriteDocs(tx); err != nil {
		return err
	}
	return tellOwners(ctx, tx, p.ID, 0, notify.DocsRedirectChanged, notify.Data{Project: p.DisplayName, Label: url})
}

// DeleteDocs takes a project's hosted documentation off the docs host, for one of
// its owners. The files stay where they are, and so does a redirect (DR-9).
func (a *Actions) DeleteDocs(ctx context.Context, v *access.Visitor, project index.Project) error {
	return a.inProject(ctx, v, access.DeleteThings, project, func(tx *change.Tx, _ *access.Visitor, p index.Project) error {
		if err := ownersMay(p, []index.At{{Level: index.OnProject, Standing: p.Standing}}); err != nil {
			return err
		}
		return HostedDocs(ctx, tx, p, "")
	})
}

// HostedDocs notes under which folder of the docs host a project's documentation
// is, "" for none any more. Redirects stay as they are (DR-9). The caller must
// hold the project's name.
func HostedDocs(ctx context.Context, tx *change.Tx, p index.Project, prefix string) error {
	if p.DocsPrefix == prefix {
		return nil
	}
	if err := tx.SetDocsPrefix(ctx, p.ID, prefix); err != nil {
		return err
	}
	if prefix == "" {
		tx.Event(index.Event{Action: index.EventDocsDelete, Object: "project:" + p.Name, Before: p.DocsPrefix})
	}
	tx.Journal(p.Name, "", strings.TrimSpace("docs "+prefix))
	return rewriteDocs(tx)
}

// docsAgain is when the file of redirects is written once more.
const docsAgain = 10 * time.Second

// rewriteDocs has the file of redirects written after a change of what is in it
// (DR-4): at once, and again, since a job that waited already may read the rows
// before this change is there.
func rewriteDocs(tx *change.Tx) error {
	later := tx.Now.Add(docsAgain)
	if err := tx.Enqueue(DocsJob, struct{}{}, DocsJob, tx.Now); err != nil {
		return err
	}
	return tx.Enqueue(DocsJob, struct{}{}, fmt.Sprintf("%s at %d", DocsJob, later.Unix()+1), later)
}
