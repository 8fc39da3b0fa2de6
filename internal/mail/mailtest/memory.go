package mailtest

import (
	"context"
	"slices"
	"sync"

	"strongroom/internal/mail"
)

// Memory keeps messages for tests. It holds them against the same rules as the
// real senders, and can fail both ways. The zero value is ready.
type Memory struct {
	// Fail, when set, is asked before each message is kept: it returns the error
	// to give, and whether the message is kept nevertheless.
	Fail func(m mail.Message) (err error, kept bool)

	mu   sync.Mutex
	sent []mail.Message
}

// Send implements mail.Sender.
func (s *Memory) Send(ctx context.Context, m mail.Message) error {
	if _, err := mail.Encode(m, mail.Identity{From: "index@example.com"}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return &mail.Failure{Err: err}
	}
	var err error
	kept := true
	if s.Fail != nil {
		err, kept = s.Fail(m)
	}
	if kept {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sent = append(s.sent, m)
	}
	return err
}

// String implements mail.Sender.
func (s *Memory) String() string { return "memory" }

// Sent is what was kept so far, in order.
func (s *Memory) Sent() []mail.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}
