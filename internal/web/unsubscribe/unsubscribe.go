// Package unsubscribe holds the page behind the link in each piece of news: with
// one click no more mail of that sort comes, without signing in (RFC 8058).
package unsubscribe

import (
	"embed"
	"net/http"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/notify"
	"strongroom/internal/sign"
	"strongroom/internal/web/shell"
)

//go:embed *.html
var templates embed.FS

// Page answers whoever has such a link. It is made by New.
type Page struct {
	recorder *change.Recorder
	keys     *sign.Keyring
	page     *shell.Page
}

// New makes the page.
func New(recorder *change.Recorder, keys *sign.Keyring) *Page {
	return &Page{recorder, keys, shell.NewPage(templates, "unsubscribe.html")}
}

// Routes is the table of the page. Nobody signs in here: the link is the proof,
// and all that it can do is turn a sort of mail off and on.
func (p *Page) Routes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: notify.UnsubscribeURL + "{$}", Right: access.Open, Handler: p.ask, Doc: "Asks whether a sort of mail shall not come any more."},
		{Methods: "POST", Path: notify.UnsubscribeURL + "{$}", Right: access.Open, Handler: p.turn, Doc: "Turns a sort of mail off, or on with wanted=yes (RFC 8058)."},
	}
}

// data is what unsubscribe.html shows.
type data struct {
	When   string // what the mails tell of
	Done   bool
	Wanted bool
}

func (p *Page) ask(w http.ResponseWriter, r *http.Request) error {
	_, info, err := p.read(w, r)
	if err != nil {
		return err
	}
	return p.page.Write(w, r, http.StatusOK, data{When: info.When})
}

// turn does it. The mail program that presses the button has no cookie and
// follows no redirect.
func (p *Page) turn(w http.ResponseWriter, r *http.Request) error {
	user, info, err := p.read(w, r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, 10<<10)
	wanted := r.PostFormValue("wanted") == "yes"
	err = p.recorder.Do(r.Context(), index.System(), func(tx *change.Tx) error {
		if _, found, err := tx.UserByID(r.Context(), user); err != nil || !found {
			return err // who has left gets no mail anyway
		}
		return notify.SetWanted(r.Context(), tx, user, info.Kind, wanted)
	})
	if err != nil {
		return err
	}
	return p.page.Write(w, r, http.StatusOK, data{When: info.When, Done: true, Wanted: wanted})
}

// read takes the link's token, which no cache shall keep.
func (p *Page) read(w http.ResponseWriter, r *http.Request) (user int64, info notify.Info, err error) {
	w.Header().Set("Cache-Control", "private, no-store")
	user, info, err = notify.ReadUnsubscribe(p.keys, r.URL.Query().Get("token"))
	if err != nil {
		return 0, info, index.Refuse(index.CodeNotFound, "This link to unsubscribe is not whole. Copy all of it from the mail.")
	}
	return user, info, nil
}
