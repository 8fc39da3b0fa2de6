package staff

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
)

// overviewPage is what overview.html shows.
type overviewPage struct {
	frame
	Queue       []waiting // the most urgent
	Open        int       // projects with open reports
	Quarantined []database.PlacedFlag
	Automatic   []index.Act // the newest acts of rules
	Switches    []turned
	Speed       moderate.Speed // of the last 30 days (SN-16)
}

const (
	overviewMost = 10
	speedMost    = 10_000 // reports that the medians are of
)

// Reported is how long it took until something was reported, in words.
func (p overviewPage) Reported() string { return span(p.Speed.UploadToReport) }

// Answered is how long it took until a report was answered, in words.
func (p overviewPage) Answered() string { return span(p.Speed.ReportToAct) }

// Percent writes a share.
func (p overviewPage) Percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

func (s *Staff) overview(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, data := r.Context(), overviewPage{}
	if data.frame, err = s.frame(w, r, "overview", refusal{}); err != nil {
		return err
	}
	cases, err := moderate.Queue(ctx, s.DB.Q, data.Now)
	if err != nil {
		return err
	}
	data.Open = len(cases)
	if data.Queue, err = s.cases(ctx, cases, overviewMost, data.Now); err != nil {
		return err
	}
	if data.Quarantined, err = s.DB.FlagsOfKind(ctx, index.Quarantined, "", 0, overviewMost); err != nil {
		return err
	}
	reports, err := s.DB.ReportsSince(ctx, data.Now.AddDate(0, 0, -30), speedMost)
	if err != nil {
		return err
	}
	data.Speed = moderate.SpeedOf(reports)
	if data.Automatic, err = s.automatic(ctx); err != nil {
		return err
	}
	if data.Switches, err = s.turned(ctx); err != nil {
		return err
	}
	data.Switches = slices.DeleteFunc(data.Switches, func(t turned) bool { return !t.On })
	return s.write(w, r, "overview", refusal{}, data)
}

// automatic lists the acts of rules among the newest.
func (s *Staff) automatic(ctx context.Context) (out []index.Act, err error) {
	acts, err := s.DB.ActsBefore(ctx, 0, 200)
	for _, a := range acts {
		if a.Automatic && len(out) < overviewMost {
			out = append(out, a)
		}
	}
	return out, err
}
