package manage

import (
	"encoding/json"
	"net/http"
	"strconv"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/middleware"
)

const (
	historyPage = 50     // rows
	historyMost = 10_000 // rows of the export
)

func (m *Manage) historyRoutes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/manage/account/history/{$}", Right: access.SeeAccount, Handler: m.history, Doc: "The account's security history."},
		{Methods: "GET", Path: "/manage/account/history.json", Right: access.SeeAccount, Handler: m.historyExport, Doc: "The account's security history as JSON."},
	}
}

// happenings is what history.html shows.
type happenings struct {
	Rows  []happening
	Older int64 // where the next page begins, 0 for none
	First bool
}

type happening struct {
	account.Happening
	Agent string
}

func (m *Manage) history(w http.ResponseWriter, r *http.Request) error {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	rows, err := m.Accounts.History(r.Context(), visitor(w), before, historyPage+1)
	if err != nil {
		return err
	}
	data := happenings{First: before == 0}
	if len(rows) > historyPage {
		rows = rows[:historyPage]
		data.Older = rows[historyPage-1].ID
	}
	for _, h := range rows {
		agent := ""
		if h.Browser != "" {
			agent = browserName(h.Browser)
		}
		data.Rows = append(data.Rows, happening{h, agent})
	}
	return m.write(w, r, http.StatusOK, "history.html", data)
}

func (m *Manage) historyExport(w http.ResponseWriter, r *http.Request) error {
	v := visitor(w)
	rows, err := m.Accounts.History(r.Context(), v, 0, historyMost)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(map[string]any{"account": v.User.Username, "events": rows}, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="security-history.json"`)
	return writeJSON(w, body)
}
