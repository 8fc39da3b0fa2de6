package app

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"strongroom/internal/access"
	"strongroom/internal/account"
	"strongroom/internal/api"
	"strongroom/internal/blob"
	"strongroom/internal/blob/dir"
	"strongroom/internal/change"
	"strongroom/internal/config"
	"strongroom/internal/database"
	"strongroom/internal/mail"
	"strongroom/internal/maintain"
	"strongroom/internal/moderate"
	"strongroom/internal/ops"
	"strongroom/internal/packaging/dist"
	"strongroom/internal/pages"
	"strongroom/internal/password"
	"strongroom/internal/ratelimit"
	"strongroom/internal/sandbox"
	"strongroom/internal/scan"
	"strongroom/internal/sign"
	"strongroom/internal/upload"
	"strongroom/internal/upload/check"
)

// App is an open index: it owns its data folder until Close.
type App struct {
	Config   config.Config
	Log      *slog.Logger
	Clock    func() time.Time
	DB       *database.DB
	Keys     *sign.Keyring
	Bucket   blob.Bucket
	Recorder *change.Recorder
	Guard    *access.Guard
	Acceptor *upload.Acceptor
	Pages    *pages.Store
	Root     *pages.Root
	Mail     mail.Sender

	Passwords *password.Hasher
	Breach    *password.Checker
	Limiter   *ratelimit.Limiter
	Accounts  *account.Accounts
	Maintain  *maintain.Actions
	Moderate  *moderate.Actions
	Downloads *api.Downloads

	company account.Company
	purger  *purger                            // nil without a content delivery network
	limits  map[ratelimit.Name]ratelimit.Limit // other figures than the table's
	lock    *folderLock
	sandbox *sandbox.Pool // nil until Sandbox is called
}

// Open builds the index from resolved settings. The data folder is made when
// it is not there, and locked: ErrLocked says that another process has it.
func Open(ctx context.Context, c config.Config, log *slog.Logger) (a *App, err error) {
	a = &App{Config: c, Log: log, Clock: time.Now}
	if a.Config.URL == "" {
		a.Config.URL = defaultURL(c)
	}
	if err := a.openTools(ctx); err != nil {
		a.Close()
		return nil, err
	}
	if a.limits, err = ratelimit.Parse(c.RateLimits); err != nil {
		a.Close()
		return nil, err
	}
	a.wire()
	return a, nil
}

func (a *App) openTools(ctx context.Context) (err error) {
	c := a.Config
	if err := makeFolder(c.Data); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if a.lock, err = lockFolder(c.Data); err != nil {
		return err
	}
	if err := ops.Restored(c.Data); err != nil {
		return err
	}
	a.Passwords = password.New(0, 0)
	if a.Breach, err = password.Open(breachOptions(c)); err != nil {
		return err
	}
	if a.company, err = company(c, func() time.Time { return a.Clock() }); err != nil {
		return err
	}
	if c.CDN.PurgeURL != "" {
		if a.purger, err = newPurger(c.CDN); err != nil {
			return err
		}
	}
	if a.Keys, err = sign.Open(filepath.Join(c.Data, "keys")); err != nil {
		return err
	}
	if a.DB, err = database.Open(ctx, database.Options{URL: databaseURL(c)}); err != nil {
		return err
	}
	if a.Bucket, err = dir.Open(storageFolder(c)); err != nil {
		return err
	}
	a.Mail, err = openSender(c, a.Log)
	return err
}

func breachOptions(c config.Config) password.Options {
	b := c.PasswordBreach
	return password.Options{Backend: b.Backend, URL: b.URL, File: b.File}
}

func databaseURL(c config.Config) string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "strongroom.db")
}

// storageFolder holds blobs/ and staging/.
func storageFolder(c config.Config) string {
	if c.Storage != "" {
		return c.Storage
	}
	return c.Data
}

func defaultURL(c config.Config) string {
	scheme := "http://"
	if c.HTTPS() {
		scheme = "https://"
	}
	return scheme + c.Listen
}

// rememberRights is how long a proven token and a role count without asking the
// database. Changes end it at once here and within a second elsewhere; this
// bounds what a lost change could do.
const rememberRights = 5 * time.Second

func (a *App) wire() {
	c := a.Config
	clock := func() time.Time { return a.Clock() }
	a.Recorder = &change.Recorder{DB: a.DB, Clock: clock, HashAddress: a.Keys.HashAddress, Seal: a.Keys.Seal}
	factorFrom, _ := c.FactorFrom() // Resolve refused what is no day
	a.Guard = &access.Guard{DB: a.DB, Keys: a.Keys, Clock: clock, Location: location(c.URL), Policy: access.Policy{
		ClosedReading: c.Read == "login", Require2FA: c.Require2FA, FactorFrom: factorFrom, VerifiedEmail: *c.VerifiedEmail,
		Delegated: a.company.Delegated, CompanyTokens: time.Duration(*c.SSOTokensDays) * 24 * time.Hour,
		ClosedGroups: c.Organizations == "administrators",
	}, Remember: rememberRights}
	if a.purger != nil {
		a.Recorder.Always = queuePurges
	}
	a.Pages = pages.New(a.DB, pages.Options{Log: a.Log, URL: c.URL, Budget: c.PageMemory, DeletedSimple: c.DeletedSimple == "empty", Purged: a.purger != nil, HideTombstones: !*c.ShowTombstones})
	a.Root = pages.NewRoot(a.DB)
	a.Root.Before = a.Pages.Forget
	a.Limiter = &ratelimit.Limiter{DB: a.DB, Clock: clock, Hash: a.Keys.HashAddress, Own: a.limits}
	a.Accounts = a.accounts(clock)
	a.Maintain = &maintain.Actions{Recorder: a.Recorder, Guard: a.Guard, Limiter: a.Limiter, Deletions: deletions(c.Deletion)}
	a.Moderate = &moderate.Actions{
		Recorder: a.Recorder, Guard: a.Guard, Limiter: a.Limiter, Keys: a.Keys, Settings: moderation(c.Moderation),
	}
	a.Downloads = &api.Downloads{DB: a.DB, Clock: clock}
	a.Recorder.SubscribeRights(a.Guard.ForgetRights)
	a.Recorder.Subscribe(a.Guard.Forget)
	a.Recorder.Subscribe(a.Pages.Forget)
	a.Recorder.Subscribe(a.Root.Forget)
	a.Acceptor = &upload.Acceptor{
		DB: a.DB, Recorder: a.Recorder, Guard: a.Guard, Bucket: a.Bucket, Policy: policy(c), Look: a.look(),
		Rules: &upload.RuleCache{DB: a.DB}, Scan: scanning(c.Gate), Restored: maintain.TellCleared,
	}
}

// Sandbox has archives looked into by locked-down children from now on. The
// program must be one that imports package child, as the command does; tests
// in other programs look by themselves.
func (a *App) Sandbox() (err error) {
	if a.sandbox, err = sandbox.New(sandbox.Options{Parallel: a.Config.Gate.Checks}); err != nil {
		return err
	}
	a.Acceptor.Look = a.look()
	return nil
}

// look is in children once Sandbox was called, however often the parts are
// wired together after that.
func (a *App) look() upload.Look {
	if a.sandbox == nil {
		return upload.LookHere
	}
	return upload.Sandboxed(a.sandbox)
}

// tellSandbox logs which layers hold the children, and which are missing (AV-2).
func (a *App) tellSandbox() {
	var active []string
	for _, l := range a.sandbox.Layers() {
		if l.Active {
			active = append(active, l.Name)
			continue
		}
		a.Log.Warn("the sandbox lacks a layer", "layer", l.Name, "reason", l.Detail)
	}
	a.Log.Info("sandbox", "layers", strings.Join(active, " "))
}

// scanning is the operator's scanner, nil without one.
func scanning(g config.Gate) *upload.Scanning {
	if g.Scan == "" {
		return nil
	}
	timeout := time.Duration(g.ScanTimeout) * time.Second
	return &upload.Scanning{Scanner: &scan.Scanner{Target: g.Scan, Timeout: timeout}, Closed: g.ScanFailure == "closed"}
}

func moderation(m config.Moderation) moderate.Settings {
	return moderate.Settings{Anonymous: *m.AnonymousReports, AutoQuarantine: *m.AutoQuarantine, MaxDownloads: *m.MaxDownloads, TopNames: *m.TopNames}
}

func policy(c config.Config) check.Policy {
	return check.Policy{
		LocalVersions: *c.LocalVersions, Tags: dist.TagPolicy(c.PlatformTags),
		FileLimit: c.FileLimit, ProjectLimit: c.ProjectLimit,
		ReleaseMaxAge:   time.Duration(*c.ReleaseMaxAgeDays) * 24 * time.Hour,
		RefuseLookAlike: c.LookAlikes == "refuse", ProjectsPerHour: *c.NewProjectsPerHour,
		NewPrivate: c.NewProjects == "private",
		Limits:     limits(c.Gate), WarnRecord: c.Gate.Record == "warn", RefuseForm: c.Gate.Form == "reject",
		AuditWheels: c.Gate.Binaries != "off", RefuseWheels: c.Gate.Binaries == "reject",
	}
}

func deletions(d config.Deletion) maintain.DeletionPolicy {
	return maintain.DeletionPolicy{
		Policy: d.Policy, MaxAge: time.Duration(*d.MaxAgeHours) * time.Hour, Downloads: *d.Downloads, Restore: d.Restore(),
	}
}

// limits are those of archives.
func limits(g config.Gate) dist.Limits {
	l := dist.DefaultLimits()
	l.Members, l.Expanded, l.Ratio = g.Members, g.Expanded, g.Ratio
	return l
}

// location is the host part of the public address.
func location(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// Operator is the index as the commands of package ops see it.
func (a *App) Operator(c ops.Console) *ops.Operator {
	return &ops.Operator{
		Console: c, DB: a.DB, Recorder: a.Recorder, Guard: a.Guard, Acceptor: a.Acceptor, Bucket: a.Bucket,
		Keys: a.Keys, Accounts: a.Accounts, Maintain: a.Maintain, Mail: a.Mail, Site: a.site(), Docs: a.docsPolicy(), DocsDir: a.Config.Docs.Dir, Data: a.Config.Data, Storage: storageFolder(a.Config),
	}
}

// Close gives up the data folder. It is safe on a half-open App.
func (a *App) Close() error {
	var err error
	if a.Guard != nil {
		err = a.Guard.FlushUsed(context.Background())
	}
	if a.sandbox != nil {
		a.sandbox.Close()
	}
	if a.DB != nil {
		if e := a.DB.Close(); err == nil {
			err = e
		}
	}
	if e := a.Breach.Close(); err == nil {
		err = e
	}
	if a.lock != nil {
		a.lock.release()
	}
	return err
}
