package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"strongroom/internal/api"
	v1 "strongroom/internal/api/v1"
	"strongroom/internal/database"
	"strongroom/internal/idempotency"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/pages"
	"strongroom/internal/phrase"
	"strongroom/internal/search"
	"strongroom/internal/web"
	"strongroom/internal/web/browse"
	"strongroom/internal/web/manage"
	"strongroom/internal/web/report"
	"strongroom/internal/web/signin"
	"strongroom/internal/web/staff"
	"strongroom/internal/web/stop"
	"strongroom/internal/web/unsubscribe"
)

const (
	// shutdownTime bounds how long running requests may take to finish.
	shutdownTime = 30 * time.Second
	// drainTime bounds how long new requests are answered meanwhile.
	drainTime = 5 * time.Second
)

// Server is a running index.
type Server struct {
	app      *App
	http     *http.Server
	listener net.Listener
	log      *middleware.AccessLog
	metrics  *metrics
	routes   []middleware.Route

	running atomic.Int64 // requests

	mu       sync.Mutex
	stopping bool
}

// Listen binds the address, so that the port is known and requests queue.
func (a *App) Listen() (*Server, error) {
	l, err := net.Listen("tcp", a.Config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if strings.HasSuffix(a.Config.Listen, ":0") {
		a.Config.Listen = l.Addr().String()
		a.Config.URL = defaultURL(a.Config)
		a.wire()
	}
	s := &Server{app: a, listener: l, metrics: newMetrics(a)}
	return s, s.build()
}

func (s *Server) build() error {
	c := s.app.Config
	proxies, err := middleware.ParseProxies(c.TrustedProxies)
	if err != nil {
		return err
	}
	if *c.LogRequests {
		s.log = middleware.NewAccessLog(os.Stderr)
	}
	site := &middleware.Site{Log: s.log, Proxies: proxies, Country: c.CountryHeader, HTTPS: c.HTTPS(), Observe: s.metrics.observe, Clock: s.app.Clock}
	if err := s.app.Guard.LoadBans(context.Background()); err != nil {
		return err
	}
	doors := &api.API{
		DB: s.app.DB, Pages: s.app.Pages, Root: s.app.Root, Bucket: s.app.Bucket, Guard: s.app.Guard,
		Acceptor: s.app.Acceptor, Limiter: s.app.Limiter, Counter: s.app.Downloads, Accounts: s.app.Accounts, Breach: s.app.Breach, Ready: s.ready, Log: s.app.Log, URL: c.URL, SecurityContact: c.SecurityContact,
		KeepDeleted: c.DeletedFiles == "keep", Purged: s.app.purger != nil,
	}
	gate, err := middleware.NewGate(s.app.Guard, c.URL)
	if err != nil {
		return err
	}
	own, err := s.app.manage()
	if err != nil {
		return err
	}
	moderators, err := s.app.staff()
	if err != nil {
		return err
	}
	s.routes = slices.Concat(doors.Routes(), s.management().Routes(), s.pages(own, moderators))
	s.http = &http.Server{
		Handler:           s.counted(site.Wrap(middleware.Router(gate, s.routes))),
		ReadHeaderTimeout: 20 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10, // OIDC tokens make long headers (UA-05)
	}
	phrase.Attach(s.http)
	return nil
}

// management is what programs do in place of people.
func (s *Server) management() *v1.API {
	a := s.app
	return &v1.API{
		DB: a.DB, Guard: a.Guard, Maintain: a.Maintain, Moderate: a.Moderate, Docs: a.docsPolicy(), Keys: &idempotency.Keys{DB: a.DB, Clock: a.Recorder.Clock}, Limiter: a.Limiter,
		Clock: a.Recorder.Clock, URL: a.Config.URL,
	}
}

// pages is every page for people.
func (s *Server) pages(own *manage.Manage, moderators *staff.Staff) []middleware.Route {
	a := s.app
	return web.Routes(
		a.browse(),
		signin.New(a.Accounts),
		own,
		manage.NewGroups(manage.Groups{DB: a.DB, Actions: a.Maintain, Clock: a.Recorder.Clock, Docs: a.documentation(), NewDays: *a.Config.ReleaseMaxAgeDays, Appeal: a.Config.Appeal()}),
		unsubscribe.New(a.Recorder, a.Keys),
		stop.New(a.Recorder),
		report.New(a.DB, a.Pages, a.Moderate),
		moderators,
	)
}

// browse is the pages anybody may read.
func (a *App) browse() *browse.Browse {
	b := browse.New(a.DB, a.Pages, a.Config.URL)
	b.Search, b.Limiter = search.New(a.DB, search.Archived(a.Config.ArchivedInSearch)), a.Limiter
	b.Clock, b.Purged, b.Appeal = a.Recorder.Clock, a.purger != nil, a.Config.Appeal()
	return b
}

// indexer keeps the search index up to date.
func (a *App) indexer() *search.Indexer {
	wake, changed := search.Waker()
	a.Recorder.Subscribe(changed)
	return &search.Indexer{DB: a.DB, Log: a.Log, Wake: wake, Shown: func(ctx context.Context, q database.Q, p index.Project) (s search.Shown, err error) {
		s.Version, s.Metadata, s.ReleasedAt, err = pages.Shown(ctx, q, p)
		return s, err
	}}
}

// Routes is the table of every URL that the server answers.
func (s *Server) Routes() []middleware.Route { return s.routes }

// URL is the public address.
func (s *Server) URL() string { return s.app.Config.URL }

// ready says whether the server wants more requests.
func (s *Server) ready(ctx context.Context) error {
	s.mu.Lock()
	stopping := s.stopping
	s.mu.Unlock()
	if stopping {
		return errors.New("shutting down")
	}
	return s.app.DB.Ping(ctx)
}

// Run answers requests until the context ends, then lets running ones finish:
// an upload under way is not lost.
func (s *Server) Run(ctx context.Context) error {
	l, err := s.wrapListener()
	if err != nil {
		return err
	}
	serial, err := s.app.DB.LastSerial(context.WithoutCancel(ctx)) // who stops at once stops in order too
	if err != nil {
		return err
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	background := s.app.background(work, serial)
	background.Go(func() {
		if err := s.metrics.serve(work, s.app.Config.Metrics); err != nil {
			s.app.Log.Error("metrics", "error", err.Error())
		}
	})
	background.Go(func() {
		s.app.every(work, time.Second, s.app.Limiter.Flush)
		if err := s.app.Limiter.Flush(context.WithoutCancel(work)); err != nil {
			s.app.Log.Warn("rate limits", "error", err.Error())
		}
	})
	background.Go(func() { s.app.keepCounting(work) })
	background.Go(func() { s.app.reloadOnHangup(work) })
	background.Go(func() {
		if err := s.app.serveDocs(work); err != nil {
			s.app.Log.Error("documentation", "error", err.Error())
		}
	})
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(l) }()
	s.warnExposed()
	s.app.Log.Info("listening", "url", s.URL())
	select {
	case err = <-served:
	case <-ctx.Done():
		err = s.shutdown()
	case err = <-s.app.DB.Failed():
		err = fmt.Errorf("the database cannot be trusted any more, exiting: %w", err)
		s.http.Close()
	}
	stopWork()
	background.Wait()
	if s.log != nil {
		s.log.Close()
	}
	return err
}

// warnExposed says loudly when tokens would cross a network in the clear.
func (s *Server) warnExposed() {
	c := s.app.Config
	host, _, err := net.SplitHostPort(c.Listen)
	ip := net.ParseIP(host)
	if err != nil || host == "localhost" || ip != nil && ip.IsLoopback() || c.TLSCert != "" || len(c.TrustedProxies) > 0 {
		return
	}
	s.app.Log.Warn("listening beyond this machine without TLS: tokens can be read on the network; set tls_cert and tls_key, or put a proxy in front and set trusted_proxies", "listen", c.Listen)
}

func (s *Server) wrapListener() (net.Listener, error) {
	c := s.app.Config
	if c.TLSCert == "" {
		return phrase.Listen(s.listener), nil
	}
	cert, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("tls_cert, tls_key: %w", err)
	}
	return phrase.ListenTLS(s.listener, &tls.Config{
		Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12,
	}), nil
}

func (s *Server) shutdown() error {
	s.mu.Lock()
	s.stopping = true
	s.mu.Unlock()
	s.app.Log.Info("shutting down")
	s.drain()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	return s.http.Shutdown(ctx)
}

// drain goes on answering for a while as long as requests run, so that a
// balancer hears from /_ready/ to send its requests elsewhere (P19): once the
// listener is closed nobody hears anything.
func (s *Server) drain() {
	for end := time.Now().Add(drainTime); s.running.Load() > 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
}

// counted keeps count of the running requests.
func (s *Server) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.running.Add(1)
		defer s.running.Add(-1)
		h.ServeHTTP(w, r)
	})
}

// background starts what runs beside the requests. serial was read before the
// first request.
func (a *App) background(ctx context.Context, serial int64) *sync.WaitGroup {
	var wg sync.WaitGroup
	wg.Go(func() {
		a.Root.Run(ctx, func(err error) { a.Log.Error("project list", "error", err.Error()) })
	})
	wg.Go(func() { a.Recorder.Follow(ctx, serial, a.Log) })
	wg.Go(func() { a.indexer().Run(ctx) })
	wg.Go(func() { a.every(ctx, time.Second, a.Guard.FlushUsed) })
	wg.Go(func() { a.every(ctx, 2*time.Second, a.Guard.LoadBans) })
	wg.Go(func() { a.jobs().Run(ctx) })
	socket, err := a.listenSocket()
	if err != nil {
		a.Log.Error("admin socket", "error", err.Error())
		return &wg
	}
	wg.Go(func() {
		if err := a.serveSocket(ctx, socket); err != nil {
			a.Log.Error("admin socket", "error", err.Error())
		}
	})
	return &wg
}

// every runs fn in intervals until the context ends; a failure is logged and
// tried again at the next.
func (a *App) every(ctx context.Context, interval time.Duration, fn func(context.Context) error) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := fn(ctx); err != nil && ctx.Err() == nil {
				a.Log.Warn("background work", "error", err.Error())
			}
		}
	}
}

// firstRun reports whether the index has no account yet.
func (a *App) firstRun(ctx context.Context) (bool, error) {
	users, err := a.DB.Totals(ctx)
	return err == nil && users.Users == 0, err
}
