package manage

import (
	"encoding/json"
	"net/http"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// happened is one event, in words and as the JSON export has it. Address is
// hashed: two events from one place have the same.
type happened struct {
	ID        int64     `json:"-"`
	At        time.Time `json:"time"`
	Action    string    `json:"action"`
	Words     string    `json:"meaning"`
	Actor     string    `json:"actor"`
	ActorKind string    `json:"actor_kind"`
	Before    string    `json:"before,omitempty"`
	After     string    `json:"after,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Address   string    `json:"hashed_address,omitempty"`
	UserAgent string    `json:"user_agent,omitempty"`
}

// Place is the beginning of the hashed address, enough to compare by eye.
func (h happened) Place() string { return h.Address[:min(12, len(h.Address))] }

// ledger is a part of what happened, as the template history shows it.
type ledger struct {
	Rows  []happened
	Pages pager
}

// events reads the part that the address asks for of what happened to an object
// since a time: a name may have belonged to something else before.
func (g *Groups) events(r *http.Request, object string, since time.Time, n int) (ledger, error) {
	span := spanOf(r, n)
	rows, err := g.DB.ObjectEvents(r.Context(), object, since, span)
	rows, pages := paged(rows, func(e database.Event) int64 { return e.ID }, span)
	out := ledger{Rows: []happened{}, Pages: pages}
	for _, e := range rows {
		out.Rows = append(out.Rows, inWords(e, time.UnixMicro(e.At).UTC()))
	}
	return out, err
}

func inWords(e database.Event, at time.Time) happened {
	return happened{
		ID: e.ID, At: at, Action: e.Action, Words: index.EventMeaning(e.Action), Actor: e.Actor, ActorKind: e.ActorKind,
		Before: e.Before, After: e.After, Reason: e.Reason, Address: e.Address, UserAgent: e.UserAgent,
	}
}

// projectHistoryPage is what project-history.html shows.
type projectHistoryPage struct {
	projectFrame
	Events ledger
}

func (g *Groups) projectHistory(w http.ResponseWriter, r *http.Request) (err error) {
	data := projectHistoryPage{projectFrame: g.frame(w, "history")}
	if data.Events, err = g.events(r, "project:"+data.Project.Name, data.Project.CreatedAt, historyPage); err != nil {
		return err
	}
	return g.pages["project-history"].Write(w, r, http.StatusOK, data)
}

func (g *Groups) projectHistoryJSON(w http.ResponseWriter, r *http.Request) error {
	p := middleware.Of(w).At.Project
	return g.export(w, r, "project:"+p.Name, p.CreatedAt)
}

// export answers with a part of a history as JSON that no cache keeps.
func (g *Groups) export(w http.ResponseWriter, r *http.Request, object string, since time.Time) error {
	part, err := g.events(r, object, since, historyPart)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(part.Rows, "", "  ")
	if err != nil {
		return err
	}
	linkNext(w, r, part.Pages)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "private, no-store")
	_, err = w.Write(append(body, '\n'))
	return err
}
