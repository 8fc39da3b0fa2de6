package app

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"strongroom/internal/middleware"
)

// metrics are the Prometheus metrics. They are gathered only when an address
// for them is set.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
}

func newMetrics(a *App) *metrics {
	if a.Config.Metrics == "" {
		return &metrics{}
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "strongroom_requests_total", Help: "Requests answered."}, []string{"route", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "strongroom_request_seconds", Help: "Time to answer a request.", Buckets: prometheus.ExponentialBuckets(0.0001, 4, 10)}, []string{"route"}),
		bytes:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "strongroom_response_bytes_total", Help: "Bytes of answers' bodies."}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.bytes,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("strongroom_last_serial", "The newest serial of the journal.", func() float64 {
			serial, err := a.DB.LastSerial(context.Background())
			if err != nil {
				return -1
			}
			return float64(serial)
		}))
	return m
}

func gauge(name, help string, value func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
}

func (m *metrics) observe(rec *middleware.Record, elapsed time.Duration) {
	if m.registry == nil {
		return
	}
	route := rec.Route
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(rec.Status)).Inc()
	m.seconds.WithLabelValues(route).Observe(elapsed.Seconds())
	m.bytes.WithLabelValues(route).Add(float64(rec.Bytes))
}

// serve answers on the metrics address until the context ends.
func (m *metrics) serve(ctx context.Context, address string) error {
	if m.registry == nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	srv := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}
