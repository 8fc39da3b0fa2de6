package staff

import (
	"math"
	"time"
)

// points order the queue: those of the worst kind that was reported, and more for
// each other person who reported, for one who is trusted, for use, and for an
// upload of the last day, whose users can still be spared. A project that is out
// of reach already can wait.
func points(q waiting) (n int) {
	trusted := false
	for _, r := range q.Reports {
		if info, found := r.Kind.Info(); found {
			n = max(n, info.Urgency)
		}
		trusted = trusted || r.Trusted
	}
	n += 15 * (len(q.Reporters()) - 1)
	if trusted {
		n += 40
	}
	n += int(10 * math.Log10(float64(q.Exposure.Downloads+1)))
	if !q.Exposure.UploadedAt.IsZero() && q.now.Sub(q.Exposure.UploadedAt) < 24*time.Hour {
		n += 30
	}
	n += min(30, int(q.now.Sub(q.Reports[0].CreatedAt)/(8*time.Hour)))
	if q.Found && q.Project.Standing.Withdrawn() {
		n -= 60
	}
	return n
}
