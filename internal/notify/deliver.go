package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/mail"
	"strongroom/internal/queue"
	"strongroom/internal/sign"
)

// giveUpAfter is how long a mail is tried: as long as mail servers do
// (RFC 5321 4.5.4.1).
const giveUpAfter = 4 * 24 * time.Hour

// Office does the queued work of this package. All fields must be set.
type Office struct {
	DB       *database.DB
	Recorder *change.Recorder
	Keys     *sign.Keyring
	Sender   mail.Sender
	Site     Site
	Log      *slog.Logger
	Clock    func() time.Time
}

// Register tells the queue who does the work.
func (o *Office) Register(q *queue.Queue) {
	q.Handle(JobNotice, o.notice)
	q.Handle(JobMail, o.mail)
	q.Handle(JobDigest, o.digest)
}

func (o *Office) open(kind string, args json.RawMessage) (j job, err error) {
	var s change.Sealed
	if err := json.Unmarshal(args, &s); err != nil {
		return j, err
	}
	text, err := o.Keys.Unseal(s.Sealed, change.SealedFor(kind))
	if err != nil {
		return j, err
	}
	return j, json.Unmarshal(text, &j)
}

// notice finds out where a notice goes.
func (o *Office) notice(ctx context.Context, args json.RawMessage) error {
	j, err := o.open(JobNotice, args)
	if err != nil {
		return err
	}
	return o.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error { return j.queueMails(ctx, tx) })
}

// mail sends a notice to one address. What fails for good, or for days, is given
// up: the log and the audit log say so. No error has the address or a link in
// it, since errors are logged and kept with the job.
func (o *Office) mail(ctx context.Context, args json.RawMessage) error {
	j, err := o.open(JobMail, args)
	if err != nil {
		return err
	}
	user, _, err := o.DB.UserByID(ctx, j.UserID)
	if err != nil {
		return err
	}
	if late := j.late(o.Clock()); late != nil {
		return o.giveUp(ctx, j, user.Username, late)
	}
	m, err := o.render(j, user.Username)
	if err == nil {
		err = j.mask(o.Sender.Send(ctx, m))
	}
	if mail.Permanent(err) {
		return o.giveUp(ctx, j, user.Username, err)
	}
	return err
}

// late returns why a mail is no longer worth sending.
func (j job) late(now time.Time) error {
	info, _ := lookUp(j.Kind)
	switch {
	case info.Class == Link && !j.Data.Until.IsZero() && now.After(j.Data.Until):
		return errors.New("its link expired before it could be sent")
	case now.After(j.Queued.Add(giveUpAfter)):
		return fmt.Errorf("it could not be sent for %d days", giveUpAfter/(24*time.Hour))
	}
	return nil
}

func (o *Office) render(j job, username string) (mail.Message, error) {
	if j.Data.User == "" {
		j.Data.User = username
	}
	info, _ := lookUp(j.Kind)
	unsubscribe := ""
	if info.Class == News && j.UserID != 0 {
		unsubscribe = UnsubscribePath(o.Keys, j.UserID, j.Kind)
	}
	m, err := Render(o.Site, j.Kind, j.Data, unsubscribe)
	m.ID, m.Date, m.To = j.ID, j.Queued, j.Address
	return m, err
}

// mask takes the address out of an error: servers like to repeat it.
func (j job) mask(err error) error {
	var f *mail.Failure
	if err == nil || !errors.As(err, &f) {
		return err
	}
	text := strings.ReplaceAll(f.Err.Error(), j.Address, masked(j.Address))
	text = strings.ReplaceAll(text, strconv.Quote(j.Address), masked(j.Address)) // escaped, it reads otherwise
	if ascii, bad := mail.CheckAddress(j.Address); bad == nil {
		text = strings.ReplaceAll(text, ascii, masked(ascii))
	}
	return &mail.Failure{Permanent: f.Permanent, Maybe: f.Maybe, Err: errors.New(cleanText(text, maxText))}
}

// masked is as much of an address as may be logged.
func masked(address string) string {
	return "…" + address[max(0, strings.LastIndexByte(address, '@')):]
}

func (o *Office) giveUp(ctx context.Context, j job, username string, why error) error {
	o.Log.Error("mail given up", "kind", j.Kind, "user", username, "to", masked(j.Address), "error", why.Error())
	return o.Recorder.Do(ctx, index.System(), func(tx *change.Tx) error {
		object := "mail:" + string(j.Kind)
		if username != "" {
			object = "user:" + username
		}
		tx.Event(index.Event{Action: index.EventMailFail, Object: object, After: string(j.Kind) + " to " + masked(j.Address), Reason: why.Error()})
		return nil
	})
}
