package moderate

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"strongroom/internal/access"
	"strongroom/internal/change"
	"strongroom/internal/index"
	"strongroom/internal/mail"
	"strongroom/internal/notify"
	"strongroom/internal/packaging"
	"strongroom/internal/packaging/pep440"
	"strongroom/internal/ratelimit"
	"strongroom/internal/standing"
)

// The bounds of what a report says (SN-12), in characters.
const (
	MinText = 20
	MaxText = 10_000
	maxPath = 1000
	maxURL  = 2048
)

// ConfirmTime is how long a report without an account waits for its link to be
// opened.
const ConfirmTime = 24 * time.Hour

// Report keeps what somebody who signed in says of a project. Name, Kind and
// Text must be set; Version, Filename, Path, Line and URL may be; the rest is
// filled in. Where the rules of SN-15 say so, the project is quarantined in the
// same change.
func (a *Actions) Report(ctx context.Context, v *access.Visitor, r index.Report) (index.Report, error) {
	if err := checkReport(&r); err != nil {
		return r, err
	}
	if err := a.Limiter.Use(ctx, ratelimit.ReportUser, v.User.UID); err != nil {
		return r, err
	}
	err := a.Recorder.Do(ctx, v.Actor(), func(tx *change.Tx) error {
		p, err := a.reported(ctx, tx, v, r.Name, access.Report)
		if err != nil {
			return err
		}
		user, _, err := tx.UserByID(ctx, v.User.ID)
		if err != nil {
			return err
		}
		r.UID, r.State = access.NewUID(), index.ReportReceived
		r.ReporterID, r.Reporter, r.Trusted = user.ID, user.Username, user.Trusted
		if err := a.file(ctx, tx, p, &r, v); err != nil {
			return err
		}
		return a.received(ctx, tx, p, r)
	})
	return r, err
}

// ReportWithout keeps what somebody without an account says of a project, if the
// operator lets them. Moderators see it once the mailed link was opened.
func (a *Actions) ReportWithout(ctx context.Context, v *access.Visitor, r index.Report, address string) (index.Report, error) {
	if !a.Settings.Anonymous {
		return r, index.Refuse(index.CodeSignIn, "Sign in to report a project.")
	}
	if err := checkReport(&r); err != nil {
		return r, err
	}
	if _, err := mail.CheckAddress(address); err != nil {
		return r, bad("%v.", err)
	}
	if err := a.Limiter.Use(ctx, ratelimit.ReportAddress, ratelimit.Address(v.Address)); err != nil {
		return r, err
	}
	err := a.Recorder.Do(ctx, v.Actor(), func(tx *change.Tx) error {
		p, err := a.reported(ctx, tx, v, r.Name, access.ReadProject)
		if err != nil {
			return err
		}
		r.State, r.UID = index.ReportUnconfirmed, access.NewUID()
		r.SealedEmail = base64.StdEncoding.EncodeToString(a.Keys.Seal([]byte(address), sealedFor(r.UID)))
		if err := a.file(ctx, tx, p, &r, v); err != nil {
			return err
		}
		return a.askToConfirm(ctx, tx, p, r, address)
	})
	return r, err
}

// Confirm lets moderators see a report of somebody without an account: token is
// that of the mailed link.
func (a *Actions) Confirm(ctx context.Context, v *access.Visitor, token string) (r index.Report, err error) {
	err = a.Recorder.Do(ctx, v.Actor(), func(tx *change.Tx) error {
		t, found, err := tx.RedeemTicket(ctx, index.TicketReport, access.HashSecret(token), tx.Now)
		if err != nil {
			return err
		}
		if found {
			r, found, err = tx.LockReport(ctx, t.Subject)
		}
		if err != nil {
			return err
		}
		if !found || r.State != index.ReportUnconfirmed {
			return index.Refuse(index.CodeLinkEnded, "This link was used before, or is too old. Please report again.")
		}
		r.State = index.ReportReceived
		if err := tx.UpdateReport(ctx, r); err != nil {
			return err
		}
		tx.Event(index.Event{Action: index.EventReportConfirm, Object: "report:" + r.UID})
		return nil
	})
	return r, err
}

// reported finds a project that the visitor may read and report.
func (a *Actions) reported(ctx context.Context, tx *change.Tx, v *access.Visitor, name string, right access.Right) (index.Project, error) {
	none := index.Refuse(index.CodeNotFound, "There is no project %q here.", name)
	if err := tx.HoldName(ctx, name); err != nil {
		return index.Project{}, err
	}
	p, found, err := tx.Project(ctx, name)
	if err != nil || !found {
		return p, orElse(err, none)
	}
	if err := a.Guard.May(ctx, tx.Q, v, access.ReadProject, p); err != nil && v.Token == nil {
		return p, err
	}
	return p, a.Guard.May(ctx, tx.Q, v, right, p)
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// file fills in what is known of the thing that is reported, and keeps the
// report.
func (a *Actions) file(ctx context.Context, tx *change.Tx, p index.Project, r *index.Report, v *access.Visitor) error {
	if err := place(ctx, tx, p, r); err != nil {
		return err
	}
	e, err := tx.ExposureOf(ctx, p.ID, tx.Now)
	if err != nil {
		return err
	}
	r.CreatedAt, r.Downloads, r.UploadedAt = tx.Now, e.Downloads, e.UploadedAt
	if v.Address != "" {
		r.Address = a.Keys.HashAddress(v.Address)
	}
	tx.Event(index.Event{Action: index.EventReport, Object: "project:" + r.Name, After: string(r.Kind) + " " + r.UID})
	return tx.InsertReport(ctx, *r)
}

// place holds the named release and file against the project.
func place(ctx context.Context, tx *change.Tx, p index.Project, r *index.Report) error {
	if r.Filename != "" {
		f, found, err := tx.PlacedFile(ctx, r.Filename)
		if err != nil || !found || f.ProjectID != p.ID {
			return orElse(err, bad("%s has no file %q.", p.Name, r.Filename))
		}
		r.Version, r.SHA256 = f.Version, f.SHA256
		return nil
	}
	if r.Version == "" {
		return nil
	}
	v, err := pep440.Parse(r.Version)
	if err != nil {
		return bad("%q is not a version.", r.Version)
	}
	release, found, err := tx.Release(ctx, p.ID, v.Canonical())
	if err != nil || !found {
		return orElse(err, bad("%s has no release %q.", p.Name, r.Version))
	}
	r.Version = release.Version
	return nil
}

// sealedFor is what the address of who has no account is bound to.
func sealedFor(uid string) string { return "report " + uid }

// askToConfirm mails the link without which a report without an account counts
// for nothing.
func (a *Actions) askToConfirm(ctx context.Context, tx *change.Tx, p index.Project, r index.Report, address string) error {
	secret, hash := access.NewSecret()
	t := index.Ticket{Hash: hash, Kind: index.TicketReport, Subject: r.UID, CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(ConfirmTime)}
	if err := tx.InsertTicket(ctx, t); err != nil {
		return err
	}
	return notify.Enqueue(ctx, tx, notify.Notice{Kind: notify.VerifyReport, Address: address, Data: notify.Data{
		Project: p.DisplayName, Label: string(r.Kind), Until: t.ExpiresAt, Path: "/report/confirm/?token=" + secret,
	}})
}

// checkReport holds the fields against SN-12 and puts them into normal form.
func checkReport(r *index.Report) error {
	kind, found := r.Kind.Info()
	if !found || kind.Alarm {
		return bad("Choose what is wrong: malware, impersonation, dependency-confusion, spam, vulnerability, legal or other.")
	}
	if !packaging.ValidName(r.Name) {
		return bad("%q is not a project name.", r.Name)
	}
	r.Name = packaging.NormalizeName(r.Name)
	r.Text = strings.TrimSpace(strings.ReplaceAll(r.Text, "\r\n", "\n"))
	if n := utf8.RuneCountInString(r.Text); n < MinText || n > MaxText {
		return bad("The text has %d characters; it must have %d to %d.", n, MinText, MaxText)
	}
	if strings.ContainsFunc(r.Text, hidden) || !utf8.ValidString(r.Text) {
		return bad("The text has characters that cannot be shown.")
	}
	if r.Line < 0 || r.Line > 0 && r.Path == "" {
		return bad("A line is one of a file in the archive: give its path too.")
	}
	if utf8.RuneCountInString(r.Path) > maxPath || r.Path != "" && r.Filename == "" {
		return bad("A path is one of at most %d characters in a file of the project: give its filename too.", maxPath)
	}
	if err := standing.CheckReason(cutTo(r.Path, 500)); err != nil {
		return err
	}
	return checkEvidence(r.URL)
}

func cutTo(s string, most int) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}

// hidden reports whether a character hides or turns text; line ends and tabs do
// not.
func hidden(c rune) bool {
	return c != '\n' && c != '\t' && (unicode.Is(unicode.Cc, c) || unicode.Is(unicode.Bidi_Control, c))
}

func checkEvidence(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(text) > maxURL || strings.ContainsFunc(text, unlinkable) {
		return bad("The link %q must be an http:// or https:// address of at most %d characters.", text, maxURL)
	}
	return nil
}

func unlinkable(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("\\\"<>", c) }
