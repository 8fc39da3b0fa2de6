package manage

import (
	"encoding/json"
	"net/http"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/middleware"
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
	Pages pager
}

type happening struct {
	account.Happening
	Agent string
}

// happened reads a part of the account's history.
func (m *Manage) happened(w http.ResponseWriter, r *http.Request, n int) ([]account.Happening, pager, error) {
	span := spanOf(r, n)
	rows, err := m.Accounts.History(r.Context(), visitor(w), span)
	rows, pages := paged(rows, func(h account.Happening) int64 { return h.ID }, span)
	return rows, pages, err
}

func (m *Manage) history(w http.ResponseWriter, r *http.Request) error {
	rows, pages, err := m.happened(w, r, historyPage)
	if err != nil {
		return err
	}
	data := happenings{Pages: pages}
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
	rows, pages, err := m.happened(w, r, historyPart)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(map[string]any{"account": visitor(w).User.Username, "events": rows}, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="security-history.json"`)
	linkNext(w, r, pages)
	return writeJSON(w, body)
}
