// Package mailtest is the suite that every mail.Sender passes, a sender in
// memory, and readers of what was sent.
package mailtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"strongroom/internal/mail"
)

// Message is a good message for tests, with letters that need care.
func Message(to string) mail.Message {
	return mail.Message{
		ID: "ID.1-a", Date: time.Date(2026, 5, 1, 14, 0, 0, 0, time.UTC), To: to,
		Subject: "Grüße – from the index",
		Text:    "Hello Zoë,\n\n.a line that begins with a dot\n.\nFrom here it is = 100 % plain. Trailing space \n" + strings.Repeat("long ", 400) + "\n",
		HTML:    "<!doctype html>\n<p>Hello Zoë,\n<p>" + strings.Repeat("x", 3000) + "\n",
	}
}

// Run holds a sender against what mail.Sender promises. open makes a fresh one
// and a function that tells what arrived so far, in any order.
func Run(t *testing.T, open func(t *testing.T) (mail.Sender, func() []mail.Message)) {
	for name, test := range map[string]func(*testing.T, mail.Sender, func() []mail.Message){
		"arrives as it was": arrives,
		"an attempt again":  again,
		"bad messages":      bad,
		"nobody waits":      cancelled,
		"in parallel":       parallel,
		"String":            describes,
	} {
		t.Run(name, func(t *testing.T) {
			s, arrived := open(t)
			test(t, s, arrived)
		})
	}
}

func arrives(t *testing.T, s mail.Sender, arrived func() []mail.Message) {
	want := []mail.Message{Message("a@example.com"), Message("b+tag@example.com"), Message("c@xn--bcher-kva.example")}
	want[1].ID, want[1].HTML = "ID.2", ""
	want[2].ID, want[2].Unsubscribe = "ID.3", "https://index.example.com/unsubscribe/?token=abc"
	for i, m := range want {
		if i == 2 {
			m.To = "c@Bücher.example"
		}
		if err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	got := arrived()
	slices.SortFunc(got, func(a, b mail.Message) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(want, func(a, b mail.Message) int { return strings.Compare(a.ID, b.ID) })
	if len(got) != len(want) {
		t.Fatalf("%d messages arrived, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].To = asASCII(t, got[i].To); got[i] != want[i] {
			t.Errorf("arrived\n%.500q\nwant\n%.500q", got[i], want[i])
		}
	}
}

func asASCII(t *testing.T, address string) string {
	ascii, err := mail.CheckAddress(address)
	if err != nil {
		t.Error(err)
	}
	return ascii
}

// again: both copies of a message that is sent twice have one ID (P9).
func again(t *testing.T, s mail.Sender, arrived func() []mail.Message) {
	for range 2 {
		if err := s.Send(t.Context(), Message("a@example.com")); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range arrived() {
		if m != Message("a@example.com") {
			t.Errorf("arrived %.500q", m)
		}
	}
	if n := len(arrived()); n < 1 || n > 2 {
		t.Errorf("%d copies", n)
	}
}

// bad messages are refused for good, and nothing of them leaves.
func bad(t *testing.T, s mail.Sender, arrived func() []mail.Message) {
	for _, row := range Injections() {
		m := Message("a@example.com")
		row.Spoil(&m)
		err := s.Send(t.Context(), m)
		if !mail.Permanent(err) {
			t.Errorf("%s: %v, want a permanent failure", row.Name, err)
		}
	}
	if got := arrived(); len(got) != 0 {
		t.Errorf("arrived: %.500q", got)
	}
}

func cancelled(t *testing.T, s mail.Sender, arrived func() []mail.Message) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Send(ctx, Message("a@example.com"))
	var f *mail.Failure
	if !errors.As(err, &f) || f.Permanent || f.Maybe {
		t.Errorf("%#v, want a failure that is worth another attempt", err)
	}
	if got := arrived(); len(got) != 0 {
		t.Errorf("arrived: %.500q", got)
	}
}

func parallel(t *testing.T, s mail.Sender, arrived func() []mail.Message) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			m := Message(fmt.Sprintf("to%d@example.com", i))
			m.ID = fmt.Sprintf("ID.%d", i)
			if err := s.Send(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	seen := map[string]string{}
	for _, m := range arrived() {
		seen[m.ID] = m.To
	}
	for i := range 8 {
		if id := fmt.Sprintf("ID.%d", i); seen[id] != fmt.Sprintf("to%d@example.com", i) {
			t.Errorf("%s went to %q", id, seen[id])
		}
	}
}

func describes(t *testing.T, s mail.Sender, _ func() []mail.Message) {
	if text := s.String(); text == "" || strings.Contains(text, Password) {
		t.Errorf("it calls itself %q", text)
	}
}

// Password is what senders under test sign in with, if they do.
const Password = "a secret of the operator"
