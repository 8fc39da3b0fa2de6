package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/change"
	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
	"strongroom/internal/mail"
	"strongroom/internal/mail/mailtest"
	"strongroom/internal/notify"
	"strongroom/internal/queue"
	"strongroom/internal/sign"
)

// The users of testdata/people.dump. alice owns the project demo, bob maintains
// it, carol reads it, dave has no verified address, and erin is a manager of the
// organization that it belongs to.
const (
	alice = iota + 1
	bob
	carol
	dave
	erin
)

// world is an office over a database with people in it.
type world struct {
	t      *testing.T
	db     *database.DB
	rec    *change.Recorder
	keys   *sign.Keyring
	memory *mailtest.Memory
	queue  *queue.Queue
	now    time.Time
	log    bytes.Buffer
}

func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	people, err := os.ReadFile("testdata/people.dump")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range dbtest.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			url := kind.New(t)
			if err := database.Load(t.Context(), database.Options{URL: url}, bytes.NewReader(people)); err != nil {
				t.Fatal(err)
			}
			w := &world{t: t, db: dbtest.Open(t, url), now: noon(), memory: &mailtest.Memory{}}
			w.open()
			test(t, w)
		})
	}
}

// open makes the parts, as a starting program does.
func (w *world) open() {
	var err error
	if w.keys, err = sign.New(bytes.Repeat([]byte{7}, 32)); err != nil {
		w.t.Fatal(err)
	}
	clock := func() time.Time { return w.now }
	log := slog.New(slog.NewTextHandler(&w.log, nil))
	w.rec = &change.Recorder{DB: w.db, Clock: clock, Seal: w.keys.Seal}
	w.queue = &queue.Queue{DB: w.db, Clock: clock, Log: log}
	office := &notify.Office{DB: w.db, Recorder: w.rec, Keys: w.keys, Sender: w.memory, Site: site(), Log: log, Clock: clock}
	office.Register(w.queue)
}

// byAlice is somebody at a browser.
func byAlice() index.Actor {
	return index.Actor{Kind: "user", UserID: alice, Username: "alice", Address: "192.0.2.1", UserAgent: "Firefox"}
}

// enqueue tells of something that alice did.
func (w *world) enqueue(n notify.Notice) {
	w.t.Helper()
	if err := w.do(byAlice(), n); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) do(actor index.Actor, n notify.Notice) error {
	return w.rec.Do(w.t.Context(), actor, func(tx *change.Tx) error { return notify.Enqueue(w.t.Context(), tx, n) })
}

// work does all work that is due.
func (w *world) work() {
	w.t.Helper()
	for {
		worked, err := w.queue.Next(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if !worked {
			return
		}
	}
}

// sentTo lists who got what since the last call.
func (w *world) sentTo() (to []string) {
	w.t.Helper()
	w.work()
	for _, m := range w.memory.Sent() {
		to = append(to, m.To)
	}
	*w.memory = mailtest.Memory{}
	slices.Sort(to)
	return to
}

func (w *world) wantSent(want ...string) {
	w.t.Helper()
	if got := w.sentTo(); !slices.Equal(got, want) {
		w.t.Errorf("sent to %q, want %q", got, want)
	}
}

// stored is all that the database holds.
func (w *world) stored() string {
	w.t.Helper()
	var b bytes.Buffer
	if _, _, err := w.db.Dump(w.t.Context(), &b); err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}

func (w *world) jobs() (n int) {
	w.t.Helper()
	_, rows, err := w.db.Dump(w.t.Context(), io.Discard)
	if err != nil {
		w.t.Fatal(err)
	}
	return int(rows["jobs"])
}

// TestMFA11WhoGetsIt: security notices go to all verified addresses, others to
// the primary one, links to one address, and nothing to one that is unverified.
func TestMFA11WhoGetsIt(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		full := sample()
		w.enqueue(notify.Notice{Kind: notify.PasswordChange, UserID: alice})
		w.wantSent("alice@example.com", "old@example.com")
		w.enqueue(notify.Notice{Kind: notify.UnyankedRelease, UserID: alice, Data: full})
		w.wantSent("alice@example.com")
		w.enqueue(notify.Notice{Kind: notify.PasswordBreached, UserID: alice, Data: notify.Data{Path: "/r/?t=1", Until: noon().Add(time.Hour)}})
		w.wantSent("alice@example.com")
		w.enqueue(notify.Notice{Kind: notify.VerifyEmail, UserID: alice, Address: "typo@example.com", Data: notify.Data{Path: "/v/?t=1", Until: noon().Add(time.Hour)}})
		w.wantSent("typo@example.com")
		w.enqueue(notify.Notice{Kind: notify.EmailRemoved, UserID: alice, Address: "gone@example.com", Data: full})
		w.wantSent("gone@example.com")
		w.enqueue(notify.Notice{Kind: notify.PasswordChange, UserID: dave})
		w.wantSent()
		w.enqueue(notify.Notice{Kind: notify.PasswordChange, UserID: 99})
		w.wantSent()
		w.enqueue(notify.Notice{Kind: notify.TwoFactorAdded, UserID: bob, Data: full})
		w.wantSent("Bob@bücher.example")
	})
}

// TestProjectsReachTheirPeople, once each, whatever they have their role from.
func TestProjectsReachTheirPeople(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.enqueue(notify.Notice{Kind: notify.CollaboratorAdded, ProjectID: 1, Data: sample()})
		w.wantSent("alice@example.com", "erin@example.com", "old@example.com")
		w.enqueue(notify.Notice{Kind: notify.CollaboratorAdded, ProjectID: 1, Except: alice, Data: sample()})
		w.wantSent("erin@example.com")
		w.enqueue(notify.Notice{Kind: notify.YankedRelease, ProjectID: 1, Data: sample()})
		w.wantSent("Bob@bücher.example", "alice@example.com", "erin@example.com")
		w.enqueue(notify.Notice{Kind: notify.YankedRelease, ProjectID: 99, Data: sample()})
		w.wantSent()
	})
}

// TestWhereFromIsTold to whoever did it, and to nobody else.
func TestWhereFromIsTold(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.enqueue(notify.Notice{Kind: notify.CollaboratorAdded, ProjectID: 1, Data: notify.Data{Other: "dave", Project: "Demo", Role: "Owner"}})
		w.work()
		for _, m := range w.memory.Sent() {
			own := strings.HasPrefix(m.Text, "Hello alice,")
			if strings.Contains(m.Text, "192.0.2.1") != own || strings.Contains(m.Text, "Firefox") != own || strings.Contains(m.Text, "By: alice") == own {
				t.Errorf("to %s:\n%s", m.To, m.Text)
			}
		}
		*w.memory = mailtest.Memory{}
		stranger := index.Actor{Kind: "user", Address: "203.0.113.9", UserAgent: "curl"} // signed in as nobody
		if err := w.do(stranger, notify.Notice{Kind: notify.PasswordReset, UserID: alice, Address: "old@example.com", Data: notify.Data{Path: "/r/?t=1", Until: noon().Add(time.Hour)}}); err != nil {
			t.Fatal(err)
		}
		w.work()
		if sent := w.memory.Sent(); len(sent) != 1 || !strings.Contains(sent[0].Text, "From: 203.0.113.9\n  With: curl\n") || !strings.Contains(sent[0].Text, "When: 1 May 2026, 12:00 UTC\n") {
			t.Errorf("%q", sent)
		}
	})
}

// TestNothingCanBeReadInTheDatabase: neither links nor network addresses, at
// any time between the change and the mail.
func TestNothingCanBeReadInTheDatabase(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.enqueue(notify.Notice{Kind: notify.PasswordBreached, UserID: alice, Data: notify.Data{Path: "/r/?token=S3CRET", Until: noon().Add(time.Hour)}})
		w.memory.Fail = func(m mail.Message) (error, bool) {
			return &mail.Failure{Err: fmt.Errorf("450 <%s> %s", m.To, "busy")}, false
		}
		for range 3 {
			if all := w.stored(); w.jobs() != 1 || strings.Contains(all, "S3CRET") || strings.Contains(all, "192.0.2.1") || strings.Contains(all, "450 <alice@") {
				t.Errorf("stored:\n%s", all)
			}
			if _, err := w.queue.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if log := w.log.String(); strings.Contains(log, "S3CRET") || strings.Contains(log, "alice@") || !strings.Contains(log, "450 <…@example.com> busy") {
			t.Errorf("logged:\n%s", log)
		}
	})
}

// TestTheMailLeavesIfTheChangeCommits, and only then.
func TestTheMailLeavesIfTheChangeCommits(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		onPurpose := errors.New("on purpose")
		err := w.rec.Do(t.Context(), byAlice(), func(tx *change.Tx) error {
			if err := notify.Enqueue(t.Context(), tx, notify.Notice{Kind: notify.PasswordChange, UserID: alice}); err != nil {
				return err
			}
			return onPurpose
		})
		if !errors.Is(err, onPurpose) {
			t.Fatal(err)
		}
		w.wantSent()
	})
}

// TestAddressesAreThoseAtTheTimeOfSending, except for an account that is about
// to lose them: what somebody has only after the change shows it.
func TestAddressesAreThoseAtTheTimeOfSending(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		const frank = erin + 1
		w.enqueue(notify.Notice{Kind: notify.PasswordChange, UserID: frank})
		w.enqueue(notify.Notice{Kind: notify.AccountClosed, UserID: frank})
		w.enqueue(notify.Notice{Kind: notify.AccountClosed, UserID: bob})
		dbtest.Write(t, w.db, func(ctx context.Context, tx *database.Tx) error {
			id, err := tx.InsertUser(ctx, index.User{UID: "u6", Username: "frank", Email: "frank@example.com", CreatedAt: noon()}, true)
			if err == nil && id != frank {
				err = fmt.Errorf("the new user has the id %d", id)
			}
			return err
		})
		w.work()
		for _, m := range w.memory.Sent() {
			if m.To == "frank@example.com" && m.Subject != "Your password was changed" {
				t.Errorf("frank got %q", m.Subject)
			}
		}
		w.wantSent("Bob@bücher.example", "frank@example.com")
	})
}

// TestP9SentAtLeastOnce: whatever fails is tried again, and each copy of a mail
// has the same Message-ID; a program that dies before it said so sends again.
func TestP9SentAtLeastOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		tries := map[string]int{}
		dates := map[time.Time]bool{}
		fail := func(m mail.Message) (error, bool) {
			tries[m.ID]++
			dates[m.Date] = true
			switch tries[m.ID] {
			case 1: // not done
				return &mail.Failure{Err: errors.New("on purpose")}, false
			case 2: // done, and the answer lost
				return &mail.Failure{Maybe: true, Err: errors.New("on purpose")}, true
			}
			return nil, true
		}
		w.memory.Fail = fail
		w.enqueue(notify.Notice{Kind: notify.PasswordChange, UserID: alice})
		for range 4 {
			w.work()
			w.now = w.now.Add(time.Hour)
		}
		copies := map[string]int{}
		for _, m := range w.memory.Sent() {
			copies[m.To+" "+m.ID]++
		}
		if len(copies) != 2 || len(tries) != 2 || len(dates) != 1 || w.jobs() != 0 {
			t.Errorf("copies %v, tries %v, dates %v, jobs left %d", copies, tries, dates, w.jobs())
		}
		for id, n := range copies {
			if n != 2 {
				t.Errorf("%s: %d copies, want the lost one and the last", id, n)
			}
		}
	})
}

// TestFanOutTwice: a worker that dies between its commit and its acknowledgement
// queues the mails again, but none that still waits.
func TestFanOutTwice(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.enqueue(notify.Notice{Kind: notify.PasswordChange, UserID: alice})
		var first database.Job
		dbtest.Write(t, w.db, func(ctx context.Context, tx *database.Tx) (err error) {
			first, _, err = tx.LeaseJob(ctx, w.now, time.Minute)
			return err
		})
		dbtest.Write(t, w.db, func(ctx context.Context, tx *database.Tx) error { // the same job, a second time
			return errors.Join(tx.RetryJob(ctx, first, w.now, ""), tx.InsertJob(ctx, database.Job{Kind: first.Kind, Args: first.Args, RunAt: w.now.Add(-time.Hour)}, w.now))
		})
		for range 2 {
			if _, err := w.queue.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.wantSent("alice@example.com", "old@example.com")
	})
}

// TestGivingUp: what fails for good, for days, or is about a link that expired is
// given up once, in the log and in the audit log, without the address.
func TestGivingUp(t *testing.T) {
	link := notify.Data{Path: "/r/?t=S3CRET", Until: noon().Add(time.Hour)}
	for name, row := range map[string]struct {
		notice notify.Notice
		wait   time.Duration
		err    error
		why    string
	}{
		"refused": {notify.Notice{Kind: notify.PasswordChange, UserID: carol}, 0, &mail.Failure{Permanent: true, Err: errors.New("550 <carol@example.com>\r\nunknown")}, "550 <…@example.com> unknown"},
		"days":    {notify.Notice{Kind: notify.PasswordChange, UserID: carol}, 97 * time.Hour, &mail.Failure{Err: errors.New("busy")}, "could not be sent for 4 days"},
		"expired": {notify.Notice{Kind: notify.PasswordBreached, UserID: carol, Data: link}, 2 * time.Hour, &mail.Failure{Err: errors.New("busy")}, "its link expired"},
		"address": {notify.Notice{Kind: notify.VerifyEmail, UserID: carol, Address: "carol@exa mple.com", Data: link}, 0, nil, "is not an e-mail address"},
		"escaped": {notify.Notice{Kind: notify.VerifyEmail, UserID: carol, Address: "carol@\u200b\b", Data: link}, 0, nil, "is not an e-mail address"},
	} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				w.memory.Fail = func(mail.Message) (error, bool) { return row.err, false }
				w.enqueue(row.notice)
				w.work()
				if row.wait > 0 {
					w.memory.Fail = nil
					w.now = w.now.Add(row.wait)
				}
				w.wantSent()
				events, err := w.db.EventsOf(t.Context(), "user:carol", 5)
				if err != nil || len(events) != 1 || events[0].Action != index.EventMailFail || !strings.Contains(events[0].Reason, row.why) {
					t.Errorf("events %+v, %v; want %q", events, err, row.why)
				}
				log := w.log.String()
				if !strings.Contains(log, "mail given up") || strings.Contains(log+fmt.Sprint(events), "carol@") || strings.Contains(log, "S3CRET") {
					t.Errorf("logged %s, events %+v", log, events)
				}
				if w.jobs() != 0 {
					t.Error("the job is still there")
				}
			})
		})
	}
}

// TestEnqueueRefuses what the caller did wrong.
func TestEnqueueRefuses(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for want, n := range map[string]notify.Notice{
			"there is no kind":           {Kind: "nothing", UserID: alice},
			"has no receiver":            {Kind: notify.PasswordChange},
			"goes to a person":           {Kind: notify.PasswordChange, ProjectID: 1},
			"not to both":                {Kind: notify.YankedRelease, ProjectID: 1, UserID: alice, Data: sample()},
			"needs Data.Address":         {Kind: notify.NewEmailAdded, UserID: alice},
			"needs Data.Until":           {Kind: notify.VerifyEmail, Address: "a@example.com", Data: notify.Data{Path: "/x"}},
			"is not one of this site":    {Kind: notify.VerifyEmail, Address: "a@example.com", Data: notify.Data{Path: "//x", Until: noon()}},
			"password-change: it has no": {Kind: notify.PasswordChange},
		} {
			if err := w.do(byAlice(), n); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
		w.rec.Seal = nil
		if err := w.do(byAlice(), notify.Notice{Kind: notify.PasswordChange, UserID: alice}); err == nil || !strings.Contains(err.Error(), "no key") {
			t.Errorf("without a key: %v", err)
		}
		if w.jobs() != 0 {
			t.Error("something was queued")
		}
	})
}

// TestAnotherKeyLosesNothing: mails that this program cannot open wait for one
// that can.
func TestAnotherKeyLosesNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		right := w.rec.Seal
		other, err := sign.New(bytes.Repeat([]byte{8}, 32))
		if err != nil {
			t.Fatal(err)
		}
		w.rec.Seal = other.Seal
		w.enqueue(notify.Notice{Kind: notify.PasswordChange, UserID: carol})
		w.rec.Seal = right
		w.wantSent()
		if w.jobs() != 1 || !strings.Contains(w.log.String(), "instance key does not fit") {
			t.Errorf("%d jobs, logged %s", w.jobs(), &w.log)
		}
	})
}

// TestUnsubscribe: a link in each piece of news turns off its kind, and nothing
// else; a security notice has none.
func TestUnsubscribe(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.enqueue(notify.Notice{Kind: notify.YankedRelease, UserID: carol, Data: sample()})
		w.enqueue(notify.Notice{Kind: notify.PasswordChange, UserID: carol})
		w.work()
		var token string
		for _, m := range w.memory.Sent() {
			if _, after, found := strings.Cut(m.Unsubscribe, "https://index.example.com/account/unsubscribe/?token="); found {
				token += after
			}
		}
		*w.memory = mailtest.Memory{}
		user, info, err := notify.ReadUnsubscribe(w.keys, token)
		if err != nil || user != carol || info.Kind != notify.YankedRelease {
			t.Fatalf("%d, %+v, %v", user, info, err)
		}
		for range 2 {
			w.setWanted(user, info.Kind, false)
		}
		w.enqueue(notify.Notice{Kind: notify.YankedRelease, UserID: carol, Data: sample()})
		w.enqueue(notify.Notice{Kind: notify.YankedRelease, UserID: alice, Data: sample()})
		w.enqueue(notify.Notice{Kind: notify.UnyankedRelease, UserID: carol, Data: sample()})
		w.wantSent("alice@example.com", "carol@example.com")
		w.setWanted(user, info.Kind, true)
		w.enqueue(notify.Notice{Kind: notify.YankedRelease, UserID: carol, Data: sample()})
		w.wantSent("carol@example.com")

		err = w.rec.Do(t.Context(), byAlice(), func(tx *change.Tx) error {
			return notify.SetWanted(t.Context(), tx, carol, notify.PasswordChange, false)
		})
		if err == nil {
			t.Error("security notices were turned off")
		}
		forged := notify.UnsubscribePath(w.keys, carol, notify.PasswordChange)
		for _, bad := range []string{"", "x", "!", token[:len(token)-4], token + "AAAA", strings.TrimPrefix(forged, notify.UnsubscribeURL+"?token=")} {
			if _, _, err := notify.ReadUnsubscribe(w.keys, bad); err == nil {
				t.Errorf("the token %q was taken", bad)
			}
		}
	})
}

func (w *world) setWanted(user int64, kind notify.Kind, wanted bool) {
	w.t.Helper()
	err := w.rec.Do(w.t.Context(), byAlice(), func(tx *change.Tx) error {
		return notify.SetWanted(w.t.Context(), tx, user, kind, wanted)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestManyWorkers: notices that many workers send at once are all sent, each
// once.
func TestManyWorkers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for range 20 {
			w.enqueue(notify.Notice{Kind: notify.PasswordChange, UserID: alice})
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for idle := 0; idle < 3; {
					if worked, err := w.queue.Next(t.Context()); err != nil {
						t.Error(err)
						return
					} else if !worked {
						idle++
					}
				}
			})
		}
		all.Wait()
		w.work()
		seen := map[string]bool{}
		for _, m := range w.memory.Sent() {
			seen[m.ID] = true
		}
		if n := len(w.memory.Sent()); n != 40 || len(seen) != 40 {
			t.Errorf("%d mails with %d IDs", n, len(seen))
		}
	})
}
