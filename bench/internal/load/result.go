package load

import (
	"slices"
	"time"
)

// Result is what one run measured.
type Result struct {
	Requests int
	Bytes    int64           // bodies received
	Sent     int64           // bodies sent
	Elapsed  time.Duration   // first request sent to last answer complete
	Latency  []time.Duration // one a request, ascending
	Answers  map[int]int     // by status
}

// Rate is answers a second.
func (r Result) Rate() float64 { return float64(r.Requests) / r.Elapsed.Seconds() }

// Throughput is megabytes (10⁶) of bodies a second, both directions.
func (r Result) Throughput() float64 { return float64(r.Bytes+r.Sent) / 1e6 / r.Elapsed.Seconds() }

// Quantile is the latency that a share q of the requests did not exceed; zero
// without requests.
func (r Result) Quantile(q float64) time.Duration {
	if len(r.Latency) == 0 {
		return 0
	}
	i := int(q * float64(len(r.Latency)))
	return r.Latency[min(i, len(r.Latency)-1)]
}

func (r *Result) add(c *conn, latency time.Duration) {
	r.Requests++
	r.Answers[c.answer.status]++
	r.Bytes += c.answer.size
	r.Sent += int64(len(c.request.Body))
	r.Latency = append(r.Latency, latency)
}

func (r *Result) finish(elapsed time.Duration) {
	r.Elapsed = elapsed
	slices.Sort(r.Latency)
}
