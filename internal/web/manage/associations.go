package manage

import (
	"net/http"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/sso"
	"strongroom/internal/web/shell"
)

func (m *Manage) associationRoutes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/manage/account/associations/{$}", Right: access.SeeAccount, Handler: m.associations, Doc: "Who the account is at the company."},
		{Methods: "POST", Path: "/manage/account/associations/link", Right: access.ChangeAccount, Handler: m.associate, Doc: "Begins to link the account with a person at the company's provider."},
		{Methods: "POST", Path: "/manage/account/associations/directory", Right: access.ChangeAccount, Handler: m.associateDirectory, Doc: "Links the account with a person in the company's directory."},
		{Methods: "POST", Path: "/manage/account/associations/unlink", Right: access.ChangeAccount, Handler: m.dissociate, Doc: "Ends an association."},
	}
}

// associationsPath is where these forms lead back to.
const associationsPath = "/manage/account/associations/"

// associations is what associations.html shows.
type associations struct {
	Wrong
	Username  string // typed for the directory
	All       []index.Identity
	Whole     bool   // the account belongs to the company
	Provider  string // that the account can be linked with, "" for none
	Directory bool   // the account can be linked with the directory
}

func (m *Manage) associations(w http.ResponseWriter, r *http.Request) error {
	return m.showAssociations(w, r, http.StatusOK, associations{})
}

func (m *Manage) showAssociations(w http.ResponseWriter, r *http.Request, status int, data associations) (err error) {
	v := visitor(w)
	if data.All, err = m.Accounts.Associations(r.Context(), v); err != nil {
		return err
	}
	company := m.Accounts.Company
	data.Whole, data.Directory = v.User.PasswordOff == index.PasswordCompany, company.Directory != nil
	if company.Provider != nil {
		data.Provider = company.Name
	}
	for _, i := range data.All {
		switch i.Source {
		case sso.FromOIDC:
			data.Provider = ""
		case sso.FromLDAP:
			data.Directory = false
		}
	}
	return m.write(w, r, status, "associations.html", data)
}

func (m *Manage) associate(w http.ResponseWriter, r *http.Request) error {
	v := visitor(w)
	b := account.Browser{Actor: v.Actor(), Login: v.Login}
	to, secret, err := m.Accounts.BeginSSO(r.Context(), b, account.ToLink, associationsPath)
	if err != nil {
		return err
	}
	return shell.Leave(w, r, to, m.Accounts.Company.Name, secret, int(account.SSOTime.Seconds()))
}

func (m *Manage) associateDirectory(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	err = m.Accounts.LinkDirectory(r.Context(), visitor(w), form.Get("username"), form.Get("password"))
	if index.HasCode(err, index.CodeWrongProof) || index.HasCode(err, index.CodeCompany) {
		return m.showAssociations(w, r, http.StatusBadRequest, associations{Wrong: Wrong{"password": index.AsError(err).Detail}, Username: form.Get("username")})
	}
	if err != nil {
		return err
	}
	return shell.Done(w, associationsPath, "Your account is linked. Sign in with the directory's password from now on.")
}

func (m *Manage) dissociate(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	if err := m.Accounts.Unlink(r.Context(), visitor(w), form.Get("issuer"), form.Get("subject")); err != nil {
		return err
	}
	return shell.Done(w, associationsPath, "The association has ended.")
}
