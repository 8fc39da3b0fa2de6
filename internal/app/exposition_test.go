package app_test

import (
	"io"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"strongroom/internal/app/apptest"
	"strongroom/internal/config"
)

// scrape fetches the metrics and reads them by the format's own rules, version 0.0.4: every line is a comment of a
// known kind or a sample, a sample belongs to the family announced before it, and nothing stands there twice.
func scrape(t *testing.T, address string) map[string]float64 {
	t.Helper()
	resp, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/plain; version=0.0.4") {
		t.Errorf("content type %q", got)
	}
	comment := regexp.MustCompile(`^# (HELP|TYPE) ([a-z_][a-z0-9_]*) (.+)$`)
	sample := regexp.MustCompile(`^([a-z_][a-z0-9_]*)((?:\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})?) (\S+)$`)
	samples, family := map[string]float64{}, ""
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if c := comment.FindStringSubmatch(line); c != nil {
			family = c[2]
			continue
		}
		s := sample.FindStringSubmatch(line)
		if s == nil || !strings.HasPrefix(s[1], family) {
			t.Fatalf("not a sample of %s: %q", family, line)
		}
		value, err := strconv.ParseFloat(s[3], 64)
		if _, twice := samples[s[1]+s[2]]; err != nil || twice {
			t.Fatalf("%q: %v, twice: %v", line, err, twice)
		}
		samples[s[1]+s[2]] = value
	}
	return samples
}

// TestMetricsText counts requests and finds them again: each histogram adds up, and the rest is what dashboards expect.
func TestMetricsText(t *testing.T) {
	address := freeAddress(t)
	s := apptest.Start(t, func(c *config.Config) { c.Metrics = address })
	for range 3 {
		s.Get("/simple/")
	}
	s.Get("/no/such/page")
	got := scrape(t, address)
	for name, want := range map[string]float64{
		`strongroom_requests_total{route="/simple/{$}",status="200"}`:      3,
		`strongroom_requests_total{route="none",status="404"}`:             1,
		`strongroom_request_seconds_bucket{route="/simple/{$}",le="+Inf"}`: 3,
		`strongroom_request_seconds_count{route="/simple/{$}"}`:            3,
		`strongroom_request_seconds_bucket{route="none",le="26.2144"}`:     1,
		`strongroom_last_serial`:                                           0,
	} {
		if value, there := got[name]; !there || value != want {
			t.Errorf("%s = %v (there: %v), want %v", name, value, there, want)
		}
	}
	for _, name := range []string{
		`strongroom_request_seconds_sum{route="/simple/{$}"}`, `strongroom_response_bytes_total{route="/simple/{$}"}`,
		"go_goroutines", "go_threads", "go_memstats_heap_inuse_bytes", "go_memstats_alloc_bytes_total",
		"process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds", "process_open_fds", "process_max_fds",
	} {
		if got[name] <= 0 {
			t.Errorf("%s = %v, want more than 0", name, got[name])
		}
	}
	s.Get("/simple/")
	if later := scrape(t, address); maps.Equal(got, later) {
		t.Error("another request changed nothing")
	}
}
