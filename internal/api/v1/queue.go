package v1

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// queuedJSON is a report as moderators see it.
type queuedJSON struct {
	reportJSON
	Text      string    `json:"text" doc:"What was found."`
	Path      string    `json:"path,omitempty" doc:"The member of the file's archive that is meant."`
	Line      int64     `json:"line,omitempty" doc:"The line of that member."`
	URL       string    `json:"url,omitempty" doc:"Where there is more evidence."`
	Reporter  string    `json:"reporter,omitempty" doc:"Who reported; none without an account."`
	Trusted   bool      `json:"trusted" doc:"Reports of the account count more."`
	Downloads int64     `json:"downloads_30d" doc:"Downloads of the project in the 30 days before."`
	Uploaded  time.Time `json:"uploaded,omitzero" doc:"The newest upload to the project then."`
	DecidedBy string    `json:"decided_by,omitempty" doc:"Who decided."`
	Note      string    `json:"note,omitempty" doc:"What moderators noted."`
	Act       string    `json:"act,omitempty" doc:"Identifier of the act that answered it."`
}

func toQueued(r index.Report) queuedJSON {
	return queuedJSON{
		reportJSON: toReport(r), Text: r.Text, Path: r.Path, Line: r.Line, URL: r.URL, Reporter: r.Reporter, Trusted: r.Trusted,
		Downloads: r.Downloads, Uploaded: r.UploadedAt, DecidedBy: r.DecidedBy, Note: r.Note, Act: r.Act,
	}
}

// readQueue lists the reports on which nobody decided yet, or all.
func (c *call) readQueue(q database.Q) (out list[queuedJSON], err error) {
	switch state := c.r.URL.Query().Get("state"); state {
	case "", "open":
	case "all":
		return pageFrom(c, func(before int64, limit int) ([]index.Report, error) { return q.ReportsBefore(c.ctx, before, limit) },
			func(r index.Report) int64 { return r.ID }, toQueued)
	default:
		return out, index.Refuse(index.CodeInvalidQuery, "state is open or all, not %.20q.", state)
	}
	reports, err := q.OpenReports(c.ctx, mostReports)
	if err != nil {
		return out, err
	}
	rows := make([]queuedJSON, 0, len(reports))
	for _, r := range reports {
		rows = append(rows, toQueued(r))
	}
	return pageOf(c, rows, func(r queuedJSON) string { return r.ID })
}

func (c *call) readQueued(q database.Q) (queuedJSON, error) {
	r, found, err := q.Report(c.ctx, c.path("uid"))
	if err == nil && (!found || r.State == index.ReportUnconfirmed) {
		err = index.Refuse(index.CodeNotFound, "There is no report %.60q.", c.path("uid"))
	}
	return toQueued(r), err
}

// decisionBody closes a report.
type decisionBody struct {
	State index.ReportState `json:"state" need:"yes" enum:"confirmed,rejected,duplicate" doc:"What became of it; whoever reported is told."`
	Note  string            `json:"note,omitempty" doc:"For moderators only."`
}

func (c *call) decide(in decisionBody) (actJSON, error) {
	return done(c.Moderate.Decide(c.ctx, c.visitor, c.path("uid"), in.State, in.Note))
}

func queueOperations() []operation {
	decide := acts("decideReport", "POST", "/moderation/reports/{uid}/decision", "Closes a report", makes((*call).decide))
	decide.Errors = []index.Code{index.CodeReportDecided}
	return []operation{
		{
			ID: "listQueue", Tag: "moderation", Method: "GET", Path: "/moderation/reports", Right: access.Moderate, Listed: true,
			Summary: "The reports that nobody decided on, the oldest first, or all, the newest first", Reads: reads((*call).readQueue),
			Query: []parameter{{Name: "state", Doc: "Which reports: open is the usual.", Enum: []string{"open", "all"}}},
		},
		{ID: "getQueued", Tag: "moderation", Method: "GET", Path: "/moderation/reports/{uid}", Right: access.Moderate, Summary: "A report", Reads: reads((*call).readQueued)},
		decide,
	}
}
