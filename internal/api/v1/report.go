package v1

import (
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
)

// reportBody tells the moderators of something (SN-12, SN-13).
type reportBody struct {
	Kind     index.ReportKind `json:"kind" need:"yes" enum:"malware,impersonation,dependency-confusion,spam,vulnerability,legal,other" doc:"What is wrong."`
	Text     string           `json:"text" need:"yes" doc:"What you found, 20 to 10,000 characters."`
	Version  string           `json:"version,omitempty" doc:"The release that is meant."`
	Filename string           `json:"filename,omitempty" doc:"The file that is meant."`
	Path     string           `json:"path,omitempty" doc:"The member of the file's archive that is meant."`
	Line     int64            `json:"line,omitempty" doc:"The line of that member."`
	URL      string           `json:"url,omitempty" doc:"Where there is more evidence."`
}

// reportJSON is a report as whoever made it follows it.
type reportJSON struct {
	ID       string            `json:"id" doc:"The report's identifier."`
	State    index.ReportState `json:"state" enum:"unconfirmed,received,confirmed,rejected,duplicate" doc:"Where it stands."`
	Kind     index.ReportKind  `json:"kind" doc:"What is wrong."`
	Project  string            `json:"project" doc:"The project's normal name."`
	Version  string            `json:"version,omitempty" doc:"The release that is meant."`
	Filename string            `json:"filename,omitempty" doc:"The file that is meant."`
	SHA256   string            `json:"sha256,omitempty" doc:"SHA-256 of that file."`
	Created  time.Time         `json:"created" doc:"When it was made."`
	Decided  time.Time         `json:"decided,omitzero" doc:"When somebody decided."`
}

// location implements located.
func (r reportJSON) location() string { return Base + "/reports/" + r.ID }

func toReport(r index.Report) reportJSON {
	return reportJSON{r.UID, r.State, r.Kind, r.Name, r.Version, r.Filename, r.SHA256, r.CreatedAt, r.DecidedAt}
}

func (c *call) report(in reportBody) (reportJSON, error) {
	r, err := c.Moderate.Report(c.ctx, c.visitor, index.Report{
		Name: c.project, Kind: in.Kind, Text: in.Text, Version: in.Version, Filename: in.Filename, Path: in.Path, Line: in.Line, URL: in.URL,
	})
	return toReport(r), err
}

// mostReports bounds the list of one's own reports: more than a year's worth of
// the limit on them is of no use to anybody.
const mostReports = 10_000

func (c *call) readOwnReports(q database.Q) (out list[reportJSON], err error) {
	reports, err := q.ReportsBy(c.ctx, c.visitor.User.ID, mostReports)
	if err != nil {
		return out, err
	}
	rows := make([]reportJSON, 0, len(reports))
	for _, r := range reports {
		rows = append(rows, toReport(r))
	}
	return pageOf(c, rows, func(r reportJSON) string { return r.ID })
}

// readReport finds a report of whoever asks; those of others are not there.
func (c *call) readReport(q database.Q) (reportJSON, error) {
	r, found, err := q.Report(c.ctx, c.path("uid"))
	if err == nil && (!found || r.ReporterID != c.visitor.User.ID) {
		err = index.Refuse(index.CodeNotFound, "You made no report %.60q.", c.path("uid"))
	}
	return toReport(r), err
}

func reportOperations() []operation {
	return []operation{
		{
			ID: "reportProject", Tag: "reports", Method: "POST", Path: atProject + "/reports", Right: access.Report, Status: 202,
			Summary: "Tells the moderators of something wrong with a project, release or file", Errors: []index.Code{index.CodeTooManyAttempts},
			Does: makes((*call).report),
		},
		{ID: "listReports", Tag: "reports", Method: "GET", Path: "/reports", Right: access.Report, Listed: true, Summary: "Your own reports, the newest first", Reads: reads((*call).readOwnReports)},
		{ID: "getReport", Tag: "reports", Method: "GET", Path: "/reports/{uid}", Right: access.Report, Summary: "One of your reports", Reads: reads((*call).readReport)},
	}
}
