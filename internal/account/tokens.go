package account

import (
	"context"
	"slices"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/ratelimit"
)

// maxTokenName is the longest name of a token, in characters.
const maxTokenName = 100

// TokenForm describes a token to be made.
type TokenForm struct {
	Name        string
	Project     string        // normalised; "" for all of the user's projects
	Permissions []string      // of TokenPermissions, one at least
	Expires     time.Duration // 0 for never
	From        string        // ID of a token whose limits the new one has too; "" for none
}

// TokenPermissions lists what the user may make tokens for.
func TokenPermissions(u index.User) []access.Permission {
	return access.PermissionsFor(u.Superuser || u.Moderator)
}

// CreateToken makes a token and returns its row and its secret text, which is
// not kept: it can be shown once. Accounts on hold make none (MFA-7).
func (a *Accounts) CreateToken(ctx context.Context, v *access.Visitor, form TokenForm) (t index.Token, secret string, err error) {
	if form.Name, err = checkLabel("description", form.Name, maxTokenName); err != nil {
		return t, "", err
	}
	if err := a.count(ctx, []use{{ratelimit.CreateToken, v.User.UID}}); err != nil {
		return t, "", err
	}
	err = a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		if tx.Now.Before(u.HeldUntil) {
			return invalid("", "Your account is on hold until %s, because its second factors were reset: no tokens can be made until then.", u.HeldUntil.Format("2006-01-02 15:04 UTC"))
		}
		grant, err := a.grant(ctx, tx, u, form)
		if err != nil {
			return err
		}
		t, secret, err = a.Guard.NewToken(ctx, tx, grant)
		return err
	})
	return t, secret, err
}

// grant checks a form against what the account has.
func (a *Accounts) grant(ctx context.Context, tx *change.Tx, u index.User, form TokenForm) (g access.Grant, err error) {
	g = access.Grant{User: u, Description: form.Name, Expires: form.Expires}
	all := TokenPermissions(u)
	for _, p := range form.Permissions {
		if !slices.ContainsFunc(all, func(known access.Permission) bool { return known.Name == p }) {
			return g, invalid("permissions", "A token cannot have the permission %q.", p)
		}
	}
	if len(form.Permissions) == 0 {
		return g, invalid("permissions", "Choose what the token may do.")
	}
	if g.Permissions = slices.Sorted(slices.Values(form.Permissions)); slices.Equal(g.Permissions, access.PermissionsOf(index.Token{})) {
		g.Permissions = nil // as a token of PyPI
	}
	if g.Only, err = scope(ctx, tx, u, form.Project); err != nil {
		return g, err
	}
	tokens, err := tx.TokensOf(ctx, u.ID)
	if err != nil {
		return g, err
	}
	return g, fits(tokens, g, form, tx.Now)
}

// scope finds the project of a token: one in which the user has a role.
func scope(ctx context.Context, tx *change.Tx, u index.User, name string) (p index.Project, err error) {
	if name == "" {
		return p, nil
	}
	p, found, err := tx.Project(ctx, name)
	if err != nil {
		return p, err
	}
	var role index.RoleName
	if found {
		if role, err = tx.RoleOf(ctx, p.ID, u.ID); err != nil {
			return p, err
		}
	}
	if role == "" {
		return index.Project{}, invalid("token_scope", "You have no role in a project called %q.", name)
	}
	return p, nil
}

// fits asks that the name is new, and that a token made from another has no
// wider limits than it.
func fits(tokens []index.Token, g access.Grant, form TokenForm, now time.Time) error {
	var from *index.Token
	for i, t := range tokens {
		if !Lives(t, now) {
			continue
		}
		if t.Description == g.Description {
			return invalid("description", "You have a token called %q already; choose another name.", g.Description)
		}
		if t.ID == form.From {
			from = &tokens[i]
		}
	}
	switch {
	case form.From == "":
		return nil
	case from == nil:
		return notYours("token")
	case from.ProjectID != 0 && from.ProjectID != g.Only.ID:
		return invalid("token_scope", "The token that this one is made from is for one project; so must this one be.")
	case !within(access.PermissionsOf(index.Token{Permissions: g.Permissions}), access.PermissionsOf(*from)):
		return invalid("permissions", "The token that this one is made from may do less.")
	case !from.ExpiresAt.IsZero() && (g.Expires == 0 || now.Add(g.Expires).After(from.ExpiresAt)):
		return invalid("expires", "The token that this one is made from ends sooner, on %s.", from.ExpiresAt.Format("2006-01-02"))
	}
	return nil
}

// within reports whether all of the permissions are among those that there are.
func within(permissions, among []string) bool {
	return !slices.ContainsFunc(permissions, func(p string) bool { return !slices.Contains(among, p) })
}

// Lives reports whether a token is neither revoked nor past its time.
func Lives(t index.Token, now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

// RevokeToken ends one of the visitor's tokens.
func (a *Accounts) RevokeToken(ctx context.Context, v *access.Visitor, id string) error {
	return a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		found, err := tx.RevokeOwnToken(ctx, u.ID, id, tx.Now)
		if err != nil {
			return err
		}
		if !found {
			return notYours("token")
		}
		note(tx, u, index.EventTokenRevoke, id, "")
		return nil
	})
}

// RevokeTokens ends all of the visitor's tokens and reports how many.
func (a *Accounts) RevokeTokens(ctx context.Context, v *access.Visitor) (n int64, err error) {
	err = a.own(ctx, v, func(tx *change.Tx, u index.User) error {
		if n, err = tx.RevokeTokens(ctx, u.ID, tx.Now); err == nil && n > 0 {
			note(tx, u, index.EventTokenRevoke, "all", "")
		}
		return err
	})
	return n, err
}
