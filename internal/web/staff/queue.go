package staff

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/moderate"
)

// queueMost is how many projects the queue shows.
const queueMost = 100

func (s *Staff) queueRoutes() []middleware.Route {
	return []middleware.Route{
		{Methods: "GET", Path: "/admin/{$}", Right: access.Moderate, Handler: s.overview, Doc: "What waits for moderators, and what rules did."},
		{Methods: "GET", Path: "/admin/reports/{$}", Right: access.Moderate, Handler: s.queue, Doc: "The open reports by project, the most urgent first (SN-14)."},
	}
}

// reported is a report at a time.
type reported struct {
	index.Report
	now time.Time
}

// Age is how long the report waits, or waited.
func (r reported) Age() string {
	if !r.DecidedAt.IsZero() {
		return span(r.DecidedAt.Sub(r.CreatedAt))
	}
	return span(r.now.Sub(r.CreatedAt))
}

// AfterUpload is how long after the newest upload the report came, "" when there
// was none.
func (r reported) AfterUpload() string {
	if r.UploadedAt.IsZero() {
		return ""
	}
	return span(r.CreatedAt.Sub(r.UploadedAt))
}

// Title is what the report says, in words.
func (r reported) Title() string {
	info, found := r.Kind.Info()
	if !found {
		return string(r.Kind)
	}
	return info.Title
}

// waiting is a project in the queue.
type waiting struct {
	moderate.Case
	Project index.Project
	Found   bool
	now     time.Time
}

// Kinds are what the reports say, each once.
func (q waiting) Kinds() (out []string) {
	for _, r := range q.Reports {
		if title := (reported{r, q.now}).Title(); !slices.Contains(out, title) {
			out = append(out, title)
		}
	}
	return out
}

// Reporters are who reported, each once, with whether they are trusted.
func (q waiting) Reporters() (out []reporter) {
	for _, r := range q.Reports {
		who := reporter{cmp.Or(r.Reporter, "without account"), r.Trusted}
		if !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return out
}

// Age is how long the oldest report waits.
func (q waiting) Age() string { return span(q.now.Sub(q.Oldest)) }

// SinceUpload is how long ago the newest file came, "" for no file.
func (q waiting) SinceUpload() string {
	if q.UploadedAt.IsZero() {
		return ""
	}
	return span(q.now.Sub(q.UploadedAt))
}

type reporter struct {
	Name    string
	Trusted bool
}

// queuePage is what reports.html shows.
type queuePage struct {
	frame
	Queue   []waiting
	Total   int // projects with open reports
	Left    int // that fit and are not shown
	Kinds   []index.ReportKindInfo
	Kind    string
	Trusted bool
}

func (s *Staff) queue(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, query := r.Context(), r.URL.Query()
	data := queuePage{Kinds: index.ReportKinds(), Kind: query.Get("kind"), Trusted: query.Has("trusted")}
	if data.frame, err = s.frame(w, r, "reports", refusal{}); err != nil {
		return err
	}
	cases, err := moderate.Queue(ctx, s.DB.Q, data.Now)
	if err != nil {
		return err
	}
	data.Total = len(cases)
	cases = slices.DeleteFunc(cases, func(c moderate.Case) bool {
		return data.Trusted && !c.Trusted || data.Kind != "" && !says(c, data.Kind)
	})
	data.Left = max(0, len(cases)-queueMost)
	data.Queue, err = s.cases(ctx, cases, queueMost, data.Now)
	if err != nil {
		return err
	}
	return s.write(w, r, "reports", refusal{}, data)
}

// says reports whether one of a case's reports is of the kind.
func says(c moderate.Case, kind string) bool {
	return slices.ContainsFunc(c.Reports, func(r index.Report) bool { return string(r.Kind) == kind })
}

// cases reads what the projects of the most urgent cases are now.
func (s *Staff) cases(ctx context.Context, all []moderate.Case, most int, now time.Time) (out []waiting, err error) {
	for _, c := range all[:min(len(all), most)] {
		q := waiting{Case: c, now: now}
		if q.Project, q.Found, err = s.DB.Project(ctx, c.Name); err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}
