package moderate_test

import (
	"testing"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/moderate"
)

// TestSN14Urgency: each part counts what its documentation says.
func TestSN14Urgency(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	kind := func(k index.ReportKind) []index.Report { return []index.Report{{Kind: k}} }
	for name, row := range map[string]struct {
		c    moderate.Case
		want int
	}{
		"malware":             {moderate.Case{Reports: kind(index.ReportMalware), Oldest: now}, 100},
		"spam":                {moderate.Case{Reports: kind(index.ReportSpam), Oldest: now}, 20},
		"the worst kind":      {moderate.Case{Reports: append(kind(index.ReportSpam), kind(index.ReportMalware)...), Oldest: now}, 100},
		"trusted":             {moderate.Case{Reports: kind(index.ReportSpam), Trusted: true, Oldest: now}, 70},
		"two people":          {moderate.Case{Reports: kind(index.ReportSpam), Reporters: 2, Oldest: now}, 40},
		"a crowd":             {moderate.Case{Reports: kind(index.ReportSpam), Reporters: 200, Oldest: now}, 80},
		"a thousand":          {moderate.Case{Reports: kind(index.ReportSpam), Downloads: 1000, Oldest: now}, 60},
		"nearly a thousand":   {moderate.Case{Reports: kind(index.ReportSpam), Downloads: 999, Oldest: now}, 50},
		"many million":        {moderate.Case{Reports: kind(index.ReportSpam), Downloads: 1e12, Oldest: now}, 90},
		"uploaded today":      {moderate.Case{Reports: kind(index.ReportSpam), UploadedAt: now.Add(-time.Hour), Oldest: now}, 50},
		"uploaded this week":  {moderate.Case{Reports: kind(index.ReportSpam), UploadedAt: now.Add(-48 * time.Hour), Oldest: now}, 30},
		"uploaded long ago":   {moderate.Case{Reports: kind(index.ReportSpam), UploadedAt: now.Add(-999 * time.Hour), Oldest: now}, 20},
		"waits five hours":    {moderate.Case{Reports: kind(index.ReportSpam), Oldest: now.Add(-5 * time.Hour)}, 30},
		"waits a year":        {moderate.Case{Reports: kind(index.ReportSpam), Oldest: now.Add(-9000 * time.Hour)}, 164},
		"from a clock behind": {moderate.Case{Reports: kind(index.ReportSpam), Oldest: now.Add(time.Hour)}, 20},
	} {
		if got := moderate.Urgency(row.c, now); got != row.want {
			t.Errorf("%s: %d, want %d", name, got, row.want)
		}
	}
}

// TestSN14Queue groups by project and sorts itself; what is decided leaves it.
func TestSN14Queue(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		spam := w.report("bob", index.ReportSpam)
		w.report("carol", index.ReportSpam)
		_, err := w.Moderate.Report(w.ctx, w.visitor("bob"), index.Report{Name: "Other", Kind: index.ReportMalware, Text: "it sends my keys to a host far away"})
		w.must(err)
		queue := func() []moderate.Case {
			cases, err := moderate.Queue(w.ctx, w.DB.Q, w.Clock())
			w.must(err)
			return cases
		}
		got := queue()
		if len(got) != 2 || got[0].Name != "other" || got[1].Name != "demo" || got[1].Reporters != 2 || len(got[1].Reports) != 2 || got[1].UploadedAt.IsZero() {
			t.Fatalf("%+v", got)
		}
		w.do(func(tx *change.Tx) error {
			_, _, err := moderate.Trust(w.ctx, tx, "alice", true)
			return err
		})
		w.report("alice", index.ReportSpam)
		w.SetClock(80 * time.Hour)
		if got = queue(); got[0].Name != "demo" || !got[0].Trusted {
			t.Errorf("after three days: %+v", got)
		}
		_, err = w.Moderate.Decide(w.ctx, w.visitor("mod"), spam.UID, index.ReportRejected, "")
		w.must(err)
		if got = queue(); len(got) != 2 || len(got[0].Reports)+len(got[1].Reports) != 3 {
			t.Errorf("a decided report waits still: %+v", got)
		}
	})
}
