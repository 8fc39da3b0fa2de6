package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"strongroom/internal/app/apptest"
	"strongroom/internal/standing"
)

// mails are the subjects of what bob got, and the text of the last.
func (w *owned) mails() (subjects, last string) {
	for _, m := range w.Mails("bob@example.com") {
		subjects, last = subjects+m.Subject+"; ", m.Text
	}
	return subjects, last
}

// hears waits until these are the subjects of bob's mails.
func (w *owned) hears(want string) {
	w.t.Helper()
	got := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if got, _ = w.mails(); got == want {
			return
		}
	}
	w.t.Errorf("bob got %q, want %q", got, want)
}

// TestST14WhatBeginsAndEndsByItself is told as what somebody does.
func TestST14WhatBeginsAndEndsByItself(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.flag("archived", "--from", "1d")
		w.flag("quarantined", "--until", "2d", "--reason", "we look into it")
		want := "demo: archived; demo is in quarantine; "
		for ahead, more := range []string{"", "demo: archived; ", "demo: no longer quarantined; "} {
			want += more
			w.SetClock(time.Duration(ahead)*24*time.Hour + time.Duration(ahead)*time.Second)
			w.hears(want)
		}
	})
}

// TestSD28RestoredByUpload: the mail has the link that freezes the project.
func TestSD28RestoredByUpload(t *testing.T) {
	eachOwned(t, func(w *owned) {
		w.delete(standing.Place{File: demoWheel})
		w.upload(apptest.Wheel("demo", "1.0", "a"), http.StatusOK)
		subjects, text := w.mails()
		if !strings.HasSuffix(subjects, "restored; ") || !strings.Contains(text, "/account/stop/?token=") {
			t.Errorf("%q: %s", subjects, text)
		}
	})
}
