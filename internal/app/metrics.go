package app

import (
	"context"
	"net/http"
	"sync"
	"time"

	"strongroom/internal/middleware"
)

// metrics counts what the server does, for Prometheus to fetch. They are gathered only when an address for them is set.
//
// The text is written here and not by the client library: its tables, and those of the packages it brings, are built
// before main begins, in every start of the program. That would be most of the sandbox child's budget (design §6).
type metrics struct {
	app    *App // nil: not gathered
	mu     sync.Mutex
	routes map[string]*routeMetrics
}

// routeMetrics is what was counted for one route.
type routeMetrics struct {
	requests map[int]int64 // by status
	buckets  [10]int64     // answers within the bound of the same place in secondsBounds, and not within an earlier one
	seconds  float64       // the sum over all requests
	bytes    int64         // of bodies
}

// secondsBounds are the upper bounds of the histogram: 0.1 ms, and four times as much in each step.
func secondsBounds() [10]float64 {
	return [10]float64{0.0001, 0.0004, 0.0016, 0.0064, 0.0256, 0.1024, 0.4096, 1.6384, 6.5536, 26.2144}
}

func newMetrics(a *App) *metrics {
	if a.Config.Metrics == "" {
		return &metrics{}
	}
	return &metrics{app: a, routes: map[string]*routeMetrics{}}
}

// observe counts one answered request.
func (m *metrics) observe(rec *middleware.Record, elapsed time.Duration) {
	if m.app == nil {
		return
	}
	route := rec.Route
	if route == "" {
		route = "none"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.routes[route]
	if r == nil {
		r = &routeMetrics{requests: map[int]int64{}}
		m.routes[route] = r
	}
	r.requests[rec.Status]++
	r.bytes += rec.Bytes
	r.seconds += elapsed.Seconds()
	for i, bound := range secondsBounds() {
		if elapsed.Seconds() <= bound {
			r.buckets[i]++
			break
		}
	}
}

// serve answers on the metrics address until the context ends.
func (m *metrics) serve(ctx context.Context, address string) error {
	if m.app == nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(m.text(r.Context()))
	})
	srv := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// text is everything in the text format, version 0.0.4.
func (m *metrics) text(ctx context.Context) []byte {
	e := &exposition{}
	m.writeRequests(e)
	serial, err := m.app.DB.LastSerial(ctx)
	if err != nil {
		serial = -1
	}
	e.single("strongroom_last_serial", "gauge", "The newest serial of the journal.", float64(serial))
	m.app.writeBreachChecks(e)
	m.app.writeModeration(ctx, e)
	writeRuntime(e)
	writeProcess(e)
	return e.text.Bytes()
}

// writeBreachChecks writes what became of look-ups of passwords (PW-4).
func (a *App) writeBreachChecks(e *exposition) {
	const name = "strongroom_breach_checks_total"
	r := a.Breach.Results()
	e.family(name, "counter", "Passwords looked up among breached ones; error and open let the password through.")
	for result, n := range sorted(map[string]int64{"ok": r.OK, "breached": r.Breached, "error": r.Error, "open": r.Open}) {
		e.sample(name, float64(n), "result", result)
	}
}

// writeRequests copies nothing: the lock is held for the microseconds that writing a few dozen lines takes.
func (m *metrics) writeRequests(e *exposition) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.family("strongroom_requests_total", "counter", "Requests answered.")
	for route, r := range sorted(m.routes) {
		for status, n := range sorted(r.requests) {
			e.sample("strongroom_requests_total", float64(n), "route", route, "status", number(float64(status)))
		}
	}
	e.family("strongroom_request_seconds", "histogram", "Time to answer a request.")
	for route, r := range sorted(m.routes) {
		r.writeSeconds(e, route)
	}
	e.family("strongroom_response_bytes_total", "counter", "Bytes of answers' bodies.")
	for route, r := range sorted(m.routes) {
		e.sample("strongroom_response_bytes_total", float64(r.bytes), "route", route)
	}
}

func (r *routeMetrics) writeSeconds(e *exposition, route string) {
	const name = "strongroom_request_seconds"
	within := int64(0)
	for i, bound := range secondsBounds() {
		within += r.buckets[i]
		e.sample(name+"_bucket", float64(within), "route", route, "le", number(bound))
	}
	all := int64(0)
	for _, n := range r.requests {
		all += n
	}
	e.sample(name+"_bucket", float64(all), "route", route, "le", "+Inf")
	e.sample(name+"_sum", r.seconds, "route", route)
	e.sample(name+"_count", float64(all), "route", route)
}
