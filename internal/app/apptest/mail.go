package apptest

import (
	"path/filepath"
	"slices"
	"time"

	"strongroom/internal/account"
	"strongroom/internal/mail"
	"strongroom/internal/mail/mailtest"
	"strongroom/internal/moderate"
	"strongroom/internal/notify"
)

// mailPatience is how long Mails waits for queued mail.
const mailPatience = 10 * time.Second

// Mails returns every mail to an address that was sent so far, the oldest first.
// It waits for mail that is queued and due (SetClock makes more of it due), so
// that a test of what is not sent needs no pause.
func (s *Server) Mails(to string) []mail.Message {
	s.t.Helper()
	for end := time.Now().Add(mailPatience); s.mailIsDue(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("mail is still queued after %s", mailPatience)
		}
	}
	all, err := mailtest.ReadFolder(filepath.Join(s.Config.Data, "mail"))
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(m mail.Message) bool { return m.To != to })
}

// mailIsDue asks in the order of the work: each kind queues the next.
func (s *Server) mailIsDue() bool {
	s.t.Helper()
	for _, kind := range []string{account.JobReset, moderate.JobTellReporter, notify.JobDigest, notify.JobNotice, notify.JobMail} {
		n, err := s.DB.JobsDue(s.t.Context(), kind, s.Clock())
		if err != nil {
			s.t.Fatal(err)
		}
		if n > 0 {
			return true
		}
	}
	return false
}
