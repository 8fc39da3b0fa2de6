package app

import (
	"context"
	"time"

	"strongroom/internal/moderate"
)

// The reports that the figures are of: those of the last 30 days, and not more
// than can be read for each fetch of the metrics.
const (
	speedDays = 30
	speedMost = 10_000
)

// writeModeration writes how many reports wait, and how fast they come and are
// answered (SN-16). Where the database does not answer, the figures are left out.
func (a *App) writeModeration(ctx context.Context, e *exposition) {
	open, err := a.DB.OpenReports(ctx, speedMost)
	if err != nil {
		return
	}
	reports, err := a.DB.ReportsSince(ctx, a.Clock().Add(-speedDays*24*time.Hour), speedMost)
	if err != nil {
		return
	}
	s := moderate.SpeedOf(reports)
	e.single("strongroom_reports_open", "gauge", "Reports on which nobody decided yet.", float64(len(open)))
	e.single("strongroom_reports_30d", "gauge", "Reports of people in the last 30 days.", float64(s.Reports))
	e.single("strongroom_report_upload_to_report_seconds", "gauge", "Median time from the newest upload to the report, over 30 days.", s.UploadToReport.Seconds())
	e.single("strongroom_report_to_action_seconds", "gauge", "Median time from a report to the decision, over 30 days.", s.ReportToAct.Seconds())
	const share = "strongroom_reports_answered_share"
	e.family(share, "gauge", "Share of the reports of 30 days that were answered within so many hours.")
	for hours, n := range sorted(map[string]float64{"1": s.Hour, "4": s.FourHours, "24": s.Day}) {
		e.sample(share, n, "hours", hours)
	}
}
