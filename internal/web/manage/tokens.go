package manage

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging"
	"strongroom/internal/web/shell"
)

const tokensPath = "/manage/account/token/"

func (m *Manage) tokenRoutes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/manage/account/token/{$}", Right: access.SeeAccount, Handler: m.tokens, Doc: "The account's API tokens."},
		{Methods: "POST", Path: "/manage/account/token/{$}", Right: access.ManageTokens, Handler: m.createToken, Doc: "Makes an API token and shows it once."},
		{Methods: "POST", Path: "/manage/account/token/delete/{$}", Right: access.EndAccess, Handler: m.revokeToken, Doc: "Revokes one API token."},
		{Methods: "POST", Path: "/manage/account/token/delete-all/{$}", Right: access.EndAccess, Handler: m.revokeTokens, Doc: "Revokes all API tokens."},
	}
}

// tokensPage is what tokens.html shows.
type tokensPage struct {
	Wrong
	Form        url.Values
	Tokens      []tokenRow
	Projects    []string // that a token can be narrowed to
	Permissions []access.Permission
	From        *tokenRow // the token that a narrower one is made from
	HeldUntil   time.Time // zero when not on hold
}

// tokenRow is one token in words.
type tokenRow struct {
	index.Token
	Project string // "" for all
	May     []string
}

// lifetimes are the choices of how long a token lives, in days.
var lifetimes = [...]int{7, 30, 90, 365}

// Lifetimes lists the choices in days.
func (p tokensPage) Lifetimes() []int { return lifetimes[:] }

// Has reports whether a choice of a form's field was made; before the form was
// sent all permissions of the token that it begins from are chosen, or else those
// of a token of PyPI.
func (p tokensPage) Has(field, value string) bool {
	if p.Form == nil && field == "permissions" {
		may := access.PermissionsOf(index.Token{})
		if p.From != nil {
			may = p.From.May
		}
		return slices.Contains(may, value)
	}
	return slices.Contains(p.Form[field], value)
}

func (m *Manage) tokens(w http.ResponseWriter, r *http.Request) error {
	return m.showTokens(w, r, http.StatusOK, r.URL.Query().Get("from"), nil, nil)
}

func (m *Manage) showTokens(w http.ResponseWriter, r *http.Request, status int, from string, form url.Values, wrong Wrong) error {
	v := visitor(w)
	data := tokensPage{Wrong: wrong, Form: form, Permissions: account.TokenPermissions(v.User)}
	if m.Clock().Before(v.User.HeldUntil) {
		data.HeldUntil = v.User.HeldUntil
	}
	var err error
	if data.Projects, err = m.DB.ProjectNamesOf(r.Context(), v.User.ID); err != nil {
		return err
	}
	if data.Tokens, err = m.tokenRows(r, v); err != nil {
		return err
	}
	i := slices.IndexFunc(data.Tokens, func(t tokenRow) bool { return t.ID == from })
	switch {
	case i >= 0:
		data.From = &data.Tokens[i]
	case from != "":
		return index.Refuse(index.CodeNotFound, "Your account has no such token.")
	}
	return m.write(w, r, status, "tokens.html", data)
}

// tokenRows lists the living tokens.
func (m *Manage) tokenRows(r *http.Request, v *access.Visitor) ([]tokenRow, error) {
	tokens, err := m.DB.TokensOf(r.Context(), v.User.ID)
	if err != nil {
		return nil, err
	}
	var out []tokenRow
	for _, t := range tokens {
		if !account.Lives(t, m.Clock()) {
			continue
		}
		row := tokenRow{Token: t, May: access.PermissionsOf(t)}
		if t.ProjectID != 0 {
			p, _, err := m.DB.ProjectByID(r.Context(), t.ProjectID)
			if err != nil {
				return nil, err
			}
			row.Project = p.Name
		}
		out = append(out, row)
	}
	return out, nil
}

// tokenPage is what token.html shows: the one time that the secret is seen.
type tokenPage struct {
	Secret     string
	Token      index.Token
	Project    string
	URL, Host  string
	May        []string
	Repository string // the name in the examples
}

// Manages reports whether the token is for the management API.
func (p tokenPage) Manages() bool {
	return slices.ContainsFunc(p.May, func(permission string) bool { return permission != "read" && permission != "upload" })
}

// Allows reports whether the token has a permission.
func (p tokenPage) Allows(permission string) bool { return slices.Contains(p.May, permission) }

func (m *Manage) createToken(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	wanted, err := tokenForm(form)
	var t index.Token
	var secret string
	if err == nil {
		t, secret, err = m.Accounts.CreateToken(r.Context(), visitor(w), wanted)
	}
	if wrong := wrongOf(err); wrong != nil {
		return m.showTokens(w, r, http.StatusBadRequest, form.Get("from"), form, wrong)
	}
	if err != nil {
		return err
	}
	data := tokenPage{Secret: secret, Token: t, Project: wanted.Project, URL: m.URL, May: wanted.Permissions, Repository: "strongroom"}
	_, data.Host, _ = strings.Cut(m.URL, "://")
	return m.write(w, r, http.StatusOK, "token.html", data)
}

// tokenForm reads the form with Warehouse's fields description and token_scope,
// and ours.
func tokenForm(form url.Values) (f account.TokenForm, err error) {
	f = account.TokenForm{Name: form.Get("description"), Permissions: form["permissions"], From: form.Get("from")}
	scope := form.Get("token_scope")
	if name, one := strings.CutPrefix(scope, "scope:project:"); one && packaging.ValidName(name) {
		f.Project = packaging.NormalizeName(name)
	} else if scope != "scope:user" {
		return f, &account.Invalid{Field: "token_scope", Sentence: "Choose what the token is for: all projects, or one of them."}
	}
	if days := form.Get("expires"); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || !slices.Contains(lifetimes[:], n) {
			return f, &account.Invalid{Field: "expires", Sentence: "Choose when the token ends."}
		}
		f.Expires = time.Duration(n) * 24 * time.Hour
	}
	return f, nil
}

func (m *Manage) revokeToken(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	if err := m.Accounts.RevokeToken(r.Context(), visitor(w), form.Get("macaroon_id")); err != nil {
		return err
	}
	return shell.Done(w, tokensPath, "The token was revoked.")
}

func (m *Manage) revokeTokens(w http.ResponseWriter, r *http.Request) error {
	n, err := m.Accounts.RevokeTokens(r.Context(), visitor(w))
	if err != nil {
		return err
	}
	return shell.Done(w, tokensPath, fmt.Sprintf("Revoked %d tokens.", n))
}
