package idempotency_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/idempotency"
	"strongroom/internal/index"
)

// world is a store of keys with a clock that tests move.
type world struct {
	*idempotency.Keys
	t     *testing.T
	ahead atomic.Int64
	done  atomic.Int64 // how often work was done
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := &world{t: t}
		w.Keys = &idempotency.Keys{DB: db, Clock: func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }}
		test(w)
	})
}

func request(owner, key, what string) idempotency.Request {
	return idempotency.Request{Owner: owner, Key: key, Digest: sha256.Sum256([]byte(what))}
}

// ask has work done that answers with the number of its turn, or fails.
func (w *world) ask(req idempotency.Request, fails error) (string, bool, error) {
	a, again, err := w.Once(context.Background(), req, func() (idempotency.Answer, error) {
		n := w.done.Add(1)
		return idempotency.Answer{Status: 200, Header: map[string]string{"ETag": "x"}, Body: []byte{byte('0' + n)}}, fails
	})
	return string(a.Body), again, err
}

func (w *world) want(req idempotency.Request, body string, again bool) {
	w.t.Helper()
	got, was, err := w.ask(req, nil)
	if err != nil || got != body || was != again {
		w.t.Errorf("%+v: %q, again %v, %v; want %q, %v", req.Key, got, was, err, body, again)
	}
}

// TestTheSameRequestIsCarriedOutOnce; another account's key of the same text is another key.
func TestTheSameRequestIsCarriedOutOnce(t *testing.T) {
	each(t, func(w *world) {
		w.want(request("alice", "k", "delete x"), "1", false)
		w.want(request("alice", "k", "delete x"), "1", true)
		w.want(request("bob", "k", "delete x"), "2", false)
		w.want(request("alice", "l", "delete x"), "3", false)
		if _, _, err := w.ask(request("alice", "k", "delete y"), nil); !index.HasCode(err, index.CodeKeyMismatch) {
			t := w.t
			t.Errorf("another request with the key: %v", err)
		}
		w.ahead.Store(int64(idempotency.Kept + time.Minute))
		w.want(request("alice", "k", "delete y"), "4", false)
		if err := w.Purge(context.Background()); err != nil {
			w.t.Fatal(err)
		}
		w.want(request("alice", "k", "delete y"), "4", true)
	})
}

// TestRefusalsAreKeptAndFaultsAreNot: a refusal is an answer; after a fault the
// request can be repeated.
func TestRefusalsAreKeptAndFaultsAreNot(t *testing.T) {
	each(t, func(w *world) {
		refusal := index.Refuse(index.CodeLocked, "Held.")
		for _, again := range []bool{false, true} {
			if _, was, err := w.ask(request("a", "k", "x"), refusal); !index.HasCode(err, index.CodeLocked) || was != again || !strings.Contains(err.Error(), "Held.") {
				w.t.Errorf("again %v: %v", was, err)
			}
		}
		if n := w.done.Load(); n != 1 {
			w.t.Errorf("done %d times", n)
		}
		for range 2 {
			if _, _, err := w.ask(request("a", "l", "x"), errors.New("no disk")); err == nil {
				w.t.Error("no error")
			}
		}
		w.want(request("a", "l", "x"), "4", false)
	})
}

// TestAnAbandonedRequestIsTakenOver: who began and died leaves the key to the next, after a while.
func TestAnAbandonedRequestIsTakenOver(t *testing.T) {
	each(t, func(w *world) {
		req := request("a", "k", "x")
		late := make(chan struct{})
		var first sync.WaitGroup
		began := make(chan struct{})
		first.Go(func() {
			_, _, err := w.Once(context.Background(), req, func() (idempotency.Answer, error) {
				close(began)
				<-late
				return idempotency.Answer{Status: 200, Body: []byte("late")}, nil
			})
			if err != nil {
				w.t.Error(err)
			}
		})
		<-began
		if _, _, err := w.ask(req, nil); !index.HasCode(err, index.CodeKeyBusy) || index.AsError(err).Retry == 0 {
			w.t.Errorf("while it is at work: %v", err)
		}
		w.ahead.Store(int64(time.Hour))
		w.want(req, "1", false)
		close(late)
		first.Wait()
		w.want(req, "1", true) // what came late does not replace it
	})
}

// TestOfManyAtOnceOneIsCarriedOut: the others wait for its answer or hear it.
func TestOfManyAtOnceOneIsCarriedOut(t *testing.T) {
	each(t, func(w *world) {
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if body, _, err := w.ask(request("a", "k", "x"), nil); err == nil && body != "1" || err != nil && !index.HasCode(err, index.CodeKeyBusy) {
					w.t.Errorf("%q, %v", body, err)
				}
			})
		}
		all.Wait()
		if n := w.done.Load(); n != 1 {
			w.t.Errorf("done %d times", n)
		}
	})
}

func TestKeysAreVisibleASCII(t *testing.T) {
	for key, ok := range map[string]bool{"": false, "a": true, "a b": false, "ä": false, "\x7f": false, strings.Repeat("k", 255): true, strings.Repeat("k", 256): false} {
		if err := idempotency.CheckKey(key); (err == nil) != ok {
			t.Errorf("%.10q: %v", key, err)
		}
	}
}
