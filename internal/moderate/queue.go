package moderate

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Case is everything undecided about one name.
type Case struct {
	Name       string
	Reports    []index.Report // the oldest first
	Reporters  int            // how many people
	Trusted    bool           // one of them is
	Downloads  int64          // in the 30 days before the newest report
	UploadedAt time.Time      // the newest upload at that time, zero for none
	Oldest     time.Time      // report
	Urgency    int
}

// maxOpen bounds how many reports the queue looks at: with more, the youngest
// wait until some are decided.
const maxOpen = 5000

// Queue lists the open cases, the most urgent first; of equally urgent ones
// that which waits longest.
func Queue(ctx context.Context, q database.Q, now time.Time) ([]Case, error) {
	reports, err := q.OpenReports(ctx, maxOpen)
	if err != nil {
		return nil, err
	}
	cases := group(reports)
	for i := range cases {
		cases[i].Urgency = Urgency(cases[i], now)
	}
	slices.SortStableFunc(cases, func(a, b Case) int {
		return cmp.Or(cmp.Compare(b.Urgency, a.Urgency), a.Oldest.Compare(b.Oldest), cmp.Compare(a.Name, b.Name))
	})
	return cases, nil
}

// group puts reports together by the name that they are on.
func group(reports []index.Report) []Case {
	at := map[string]int{}
	var cases []Case
	for _, r := range reports {
		i, known := at[r.Name]
		if !known {
			i, at[r.Name] = len(cases), len(cases)
			cases = append(cases, Case{Name: r.Name, Oldest: r.CreatedAt})
		}
		c := &cases[i]
		c.Reports = append(c.Reports, r)
		c.Trusted = c.Trusted || r.Trusted
		c.Downloads, c.UploadedAt = r.Downloads, r.UploadedAt
		c.Reporters = people(c.Reports)
	}
	return cases
}

// people counts who reported: accounts, and network addresses of those without
// one. Rules are nobody.
func people(reports []index.Report) int {
	who := map[string]bool{}
	for _, r := range reports {
		if r.Reporter != "" && r.ReporterID != 0 {
			who["user "+r.Reporter] = true
		} else if r.Address != "" {
			who["address "+r.Address] = true
		}
	}
	return len(who)
}

// Urgency is how soon a case should be looked at (SN-14), as the sum of
//
//   - what the worst kind of its reports counts (index.ReportKinds: malware 100);
//   - 50 when somebody trusted reported;
//   - 20 for each further person, 60 at most;
//   - 10 for each digit of the downloads in 30 days, 70 at most: 1,000 give 40;
//   - 30 when the newest upload is at most a day old, 10 within a week: what is
//     new is known to no scanner yet;
//   - 2 for each hour that the oldest report waits, 144 at most: after three days
//     anything comes before fresh malware that nobody uses.
func Urgency(c Case, now time.Time) int {
	n := 0
	for _, r := range c.Reports {
		if kind, found := r.Kind.Info(); found {
			n = max(n, kind.Urgency)
		}
	}
	if c.Trusted {
		n += 50
	}
	n += 20 * min(max(c.Reporters-1, 0), 3)
	if c.Downloads > 0 {
		n += 10 * min(int(math.Log10(float64(c.Downloads)))+1, 7)
	}
	if age := now.Sub(c.UploadedAt); !c.UploadedAt.IsZero() && age <= 24*time.Hour {
		n += 30
	} else if !c.UploadedAt.IsZero() && age <= 7*24*time.Hour {
		n += 10
	}
	return n + 2*min(max(int(now.Sub(c.Oldest)/time.Hour), 0), 72)
}
