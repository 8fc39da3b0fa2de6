package moderate

import (
	"slices"
	"time"

	"strongroom/internal/index"
)

// Speed is how fast reports come and are answered (SN-16). Shares are of all
// reports, also of those that still wait, from 0 to 1.
type Speed struct {
	Reports        int
	UploadToReport time.Duration // median, 0 for none
	ReportToAct    time.Duration // median of those that were answered, 0 for none
	Hour           float64       // answered within an hour
	FourHours      float64
	Day            float64
}

// SpeedOf works it out for reports of people; alarms of rules do not count.
func SpeedOf(reports []index.Report) (s Speed) {
	var came, answered []time.Duration
	for _, r := range reports {
		if info, found := r.Kind.Info(); !found || info.Alarm {
			continue
		}
		s.Reports++
		if !r.UploadedAt.IsZero() {
			came = append(came, r.CreatedAt.Sub(r.UploadedAt))
		}
		if !r.DecidedAt.IsZero() {
			answered = append(answered, r.DecidedAt.Sub(r.CreatedAt))
		}
	}
	s.UploadToReport, s.ReportToAct = median(came), median(answered)
	s.Hour, s.FourHours, s.Day = within(answered, time.Hour, s.Reports), within(answered, 4*time.Hour, s.Reports), within(answered, 24*time.Hour, s.Reports)
	return s
}

func median(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

func within(all []time.Duration, most time.Duration, of int) float64 {
	n := 0
	for _, d := range all {
		if d <= most {
			n++
		}
	}
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
