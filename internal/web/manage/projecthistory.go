package manage

import (
	"encoding/json"
	"net/http"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// eventsShown bounds how many events a page shows; the JSON has more.
const (
	eventsShown    = 200
	eventsExported = 10_000
)

// happened is one event, in words and as the JSON export has it. Address is
// hashed: two events from one place have the same.
type happened struct {
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

// events reads what happened to an object since a time: a name may have belonged
// to something else before.
func (g *Groups) events(r *http.Request, object string, since time.Time, n int) ([]happened, error) {
	rows, err := g.DB.EventsOf(r.Context(), object, n)
	out := []happened{}
	for _, e := range rows {
		if at := time.UnixMicro(e.At).UTC(); !at.Before(since) {
			out = append(out, inWords(e, at))
		}
	}
	return out, err
}

func inWords(e database.Event, at time.Time) happened {
	h := happened{
		At: at, Action: e.Action, Actor: e.Actor, ActorKind: e.ActorKind,
		Before: e.Before, After: e.After, Reason: e.Reason, Address: e.Address, UserAgent: e.UserAgent,
	}
	for _, info := range index.EventActions() {
		if info.Action == e.Action {
			h.Words = info.Meaning
		}
	}
	return h
}

// projectHistoryPage is what project-history.html shows.
type projectHistoryPage struct {
	projectFrame
	Events []happened
}

func (g *Groups) projectHistory(w http.ResponseWriter, r *http.Request) (err error) {
	data := projectHistoryPage{projectFrame: g.frame(w, "history")}
	if data.Events, err = g.events(r, "project:"+data.Project.Name, data.Project.CreatedAt, eventsShown); err != nil {
		return err
	}
	return g.pages["project-history"].Write(w, r, http.StatusOK, data)
}

func (g *Groups) projectHistoryJSON(w http.ResponseWriter, r *http.Request) error {
	p := middleware.Of(w).At.Project
	events, err := g.events(r, "project:"+p.Name, p.CreatedAt, eventsExported)
	if err != nil {
		return err
	}
	return export(w, events)
}

// export answers with JSON that no cache keeps.
func export(w http.ResponseWriter, v any) error {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "private, no-store")
	_, err = w.Write(append(body, '\n'))
	return err
}
