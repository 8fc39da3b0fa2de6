package staff

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// queueMost is how many open reports the queue reads: the oldest.
const queueMost = 1_000

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
	Name     string
	Project  index.Project
	Found    bool
	Reports  []reported // the oldest first
	Exposure database.Exposure
	Points   int
	now      time.Time
}

// Kinds are what the reports say, each once.
func (q waiting) Kinds() (out []string) {
	for _, r := range q.Reports {
		if !slices.Contains(out, r.Title()) {
			out = append(out, r.Title())
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
func (q waiting) Age() string { return q.Reports[0].Age() }

// SinceUpload is how long ago the newest file came, "" for no file.
func (q waiting) SinceUpload() string {
	if q.Exposure.UploadedAt.IsZero() {
		return ""
	}
	return span(q.now.Sub(q.Exposure.UploadedAt))
}

type reporter struct {
	Name    string
	Trusted bool
}

// queuePage is what reports.html shows.
type queuePage struct {
	frame
	Queue   []waiting
	Total   int // open reports
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
	reports, err := s.DB.OpenReports(ctx, queueMost)
	if err != nil {
		return err
	}
	data.Total = len(reports)
	reports = slices.DeleteFunc(reports, func(one index.Report) bool {
		return data.Kind != "" && string(one.Kind) != data.Kind || data.Trusted && !one.Trusted
	})
	if data.Queue, err = s.byProject(ctx, reports, data.Now); err != nil {
		return err
	}
	return s.write(w, r, "reports", refusal{}, data)
}

// byProject groups reports and puts the most urgent project first.
func (s *Staff) byProject(ctx context.Context, reports []index.Report, now time.Time) (out []waiting, err error) {
	at := map[string]int{}
	for _, one := range reports {
		i, known := at[one.Name]
		if !known {
			i, at[one.Name] = len(out), len(out)
			out = append(out, waiting{Name: one.Name, now: now})
		}
		out[i].Reports = append(out[i].Reports, reported{one, now})
	}
	for i := range out {
		if err := s.expose(ctx, &out[i]); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b waiting) int { return b.Points - a.Points })
	return out, nil
}

// expose reads how much a project in the queue matters.
func (s *Staff) expose(ctx context.Context, q *waiting) (err error) {
	if q.Project, q.Found, err = s.DB.Project(ctx, q.Name); err == nil && q.Found {
		q.Exposure, err = s.DB.ExposureOf(ctx, q.Project.ID, q.now)
	}
	q.Points = points(*q)
	return err
}
