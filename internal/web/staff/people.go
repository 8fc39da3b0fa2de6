package staff

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/moderate"
)

func (s *Staff) peopleRoutes() []middleware.Route {
	const at = "/admin/users/{username}/"
	return []middleware.Route{
		{Methods: "GET", Path: "/admin/users/{$}", Right: access.Moderate, Handler: s.users, Doc: "Finds an account, and lists the frozen ones."},
		{Methods: "GET", Path: at + "{$}", Right: access.Moderate, Handler: get(s.user), Doc: "An account: what it owns, from where it is used, what happened to it."},
		{Methods: "POST", Path: at + "freeze/{$}", Right: access.Moderate, Handler: post(s.freeze, s.user), Doc: "Freezes an account."},
		{Methods: "POST", Path: at + "unfreeze/{$}", Right: access.Moderate, Handler: post(s.unfreeze, s.user), Doc: "Lets an account act again."},
		{Methods: "POST", Path: at + "trust/{$}", Right: access.Moderate, Handler: post(s.trust, s.user), Doc: "Lets the reports of an account count more, or no longer."},
	}
}

// usersPage is what users.html shows.
type usersPage struct {
	frame
	Query  string
	Frozen []database.PlacedFlag
	Staff  []index.User
}

// users finds an account by its whole name: moderators need no list of everybody.
func (s *Staff) users(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, data := r.Context(), usersPage{Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	f := refusal{}
	if data.Query != "" {
		u, found, err := s.DB.UserByName(ctx, data.Query)
		if err != nil {
			return err
		}
		if found {
			return middleware.See(w, userPath(u.Username))
		}
		f.Wrong = fmt.Sprintf("There is no user %q.", data.Query)
	}
	if data.frame, err = s.frame(w, r, "users", f); err != nil {
		return err
	}
	if data.Frozen, err = s.DB.FlagsOfKind(ctx, index.Frozen, index.OnUser, 0, 100); err != nil {
		return err
	}
	if data.Staff, err = s.DB.Staff(ctx); err != nil {
		return err
	}
	return s.write(w, r, "users", f, data)
}

func userPath(username string) string { return "/admin/users/" + url.PathEscape(username) + "/" }

// userPage is what user.html shows.
type userPage struct {
	frame
	Person  person
	History []database.StoodFlag
	Reports []reported
	Events  []database.Event
}

func (s *Staff) user(w http.ResponseWriter, r *http.Request, f refusal) (err error) {
	ctx, data := r.Context(), userPage{}
	u, found, err := s.DB.UserByName(ctx, r.PathValue("username"))
	if err != nil {
		return err
	}
	if !found {
		return index.Refuse(index.CodeNotFound, "There is no such user.")
	}
	if data.frame, err = s.frame(w, r, "users", f); err != nil {
		return err
	}
	data.Path = userPath(u.Username)
	if data.Person, err = s.person(ctx, u, "", data.Now); err != nil {
		return err
	}
	if data.History, err = s.DB.FlagsOn(ctx, index.OnUser, u.ID, false); err != nil {
		return err
	}
	reports, err := s.DB.ReportsBy(ctx, u.ID, historyMost)
	if err != nil {
		return err
	}
	for _, one := range reports {
		data.Reports = append(data.Reports, reported{one, data.Now})
	}
	if data.Events, err = s.DB.AccountEvents(ctx, u.Username, database.Span{N: historyMost}); err != nil {
		return err
	}
	return s.write(w, r, "user", f, data)
}

func (s *Staff) freeze(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	name := r.PathValue("username")
	until, err := moderate.Until(form.Get("until"))
	if err != nil {
		return done{}, err
	}
	act, err := s.Actions.Freeze(r.Context(), v, name, strings.TrimSpace(form.Get("reason")), until)
	return done{cmp.Or(back(form, ""), userPath(name)), fmt.Sprintf("The account %s is frozen: its tokens and logins are refused.", name), act}, err
}

func (s *Staff) unfreeze(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	name := r.PathValue("username")
	act, err := s.Actions.Unfreeze(r.Context(), v, name, strings.TrimSpace(form.Get("reason")))
	return done{cmp.Or(back(form, ""), userPath(name)), fmt.Sprintf("The account %s may act again.", name), act}, err
}

func (s *Staff) trust(r *http.Request, v *access.Visitor, form url.Values) (done, error) {
	name, on := r.PathValue("username"), form.Get("trusted") == "yes"
	sentence := fmt.Sprintf("Reports of %s count like those of others.", name)
	if on {
		sentence = fmt.Sprintf("Reports of %s count more from now on.", name)
	}
	act, err := s.Actions.Trust(r.Context(), v, name, on)
	return done{userPath(name), sentence, act}, err
}
