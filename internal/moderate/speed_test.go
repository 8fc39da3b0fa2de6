package moderate_test

import (
	"testing"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/moderate"
)

// TestSN16Speed: medians and shares, of reports of people only.
func TestSN16Speed(t *testing.T) {
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	report := func(kind index.ReportKind, age, answer time.Duration) index.Report {
		r := index.Report{Kind: kind, UploadedAt: noon.Add(-age), CreatedAt: noon}
		if answer > 0 {
			r.DecidedAt = noon.Add(answer)
		}
		return r
	}
	got := moderate.SpeedOf([]index.Report{
		report(index.ReportMalware, time.Hour, 30*time.Minute), report(index.ReportSpam, 3*time.Hour, 4*time.Hour), report(index.ReportMalware, 10*time.Hour, 20*time.Hour),
		report(index.ReportMalware, 5*time.Hour, 0), report(index.ReportLookAlike, time.Minute, time.Minute),
	})
	want := moderate.Speed{Reports: 4, UploadToReport: 4 * time.Hour, ReportToAct: 4 * time.Hour, Hour: 0.25, FourHours: 0.5, Day: 0.75}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got = moderate.SpeedOf(nil); got != (moderate.Speed{}) {
		t.Errorf("nothing: %+v", got)
	}
}
