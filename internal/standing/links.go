package standing

import (
	"context"
	"net/url"
	"strings"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/packaging"
)

const (
	maxURL        = 2048 // bytes
	maxSuccessors = 5    // ST-5
)

// checkURL lets a link lead to a page by https only: it is shown as one.
func checkURL(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(text) > maxURL || strings.ContainsAny(text, " \\\"<>") {
		return index.Refuse(index.CodeInvalidForm, "The link %q must be an https:// address of at most %d characters, without user name.", text, maxURL)
	}
	return CheckReason(text)
}

// CheckSuccessors holds what to use instead of a project against the index: up
// to five names of projects here, or https addresses of others elsewhere; not
// itself (ST-5).
func CheckSuccessors(ctx context.Context, q database.Q, name string, successors []string) error {
	if len(successors) > maxSuccessors {
		return index.Refuse(index.CodeInvalidForm, "There are %d successors; there may be %d.", len(successors), maxSuccessors)
	}
	for _, s := range successors {
		if strings.Contains(s, "://") {
			if err := checkURL(s); err != nil {
				return err
			}
			continue
		}
		if err := checkSuccessor(ctx, q, name, s); err != nil {
			return err
		}
	}
	return nil
}

func checkSuccessor(ctx context.Context, q database.Q, name, successor string) error {
	normal := packaging.NormalizeName(successor)
	if !packaging.ValidName(successor) || normal == name {
		return index.Refuse(index.CodeInvalidForm, "%q cannot succeed %s: give the name of another project, or an https:// address.", successor, name)
	}
	p, found, err := q.Project(ctx, normal)
	switch {
	case err != nil:
		return err
	case !found || p.Private:
		return index.Refuse(index.CodeInvalidForm, "There is no project %q here; for one that is elsewhere give its https:// address.", successor)
	case p.Standing.Withdrawn():
		return index.Refuse(index.CodeInvalidForm, "The project %q is withdrawn itself; name one that can be installed.", successor)
	}
	return nil
}
