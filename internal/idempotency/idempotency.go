// Package idempotency carries out a request once however often it is sent: a
// program that heard no answer sends it again with the same Idempotency-Key and
// gets the answer of the first time (draft-ietf-httpapi-idempotency-key-header).
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/index"
)

// Kept is how long an answer is given again.
const Kept = 24 * time.Hour

// abandoned is after how long a request that has no answer counts as one that
// died: the next one with its key is carried out. It is longer than any request
// may take.
const abandoned = 5 * time.Minute

// MaxKey is the longest key, in bytes.
const MaxKey = 255

// Keys knows the answers of requests with a key. Both fields must be set.
type Keys struct {
	DB    *database.DB
	Clock func() time.Time
}

// Answer is what a request was answered: a refusal, or a status with the header
// fields and the body that belong to it.
type Answer struct {
	Status  int               `json:"status"`
	Header  map[string]string `json:"header,omitempty"`
	Body    []byte            `json:"body,omitempty"`
	Refusal *index.Error      `json:"refusal,omitempty"`
}

// Request says who asks for what. Owner must name one account for ever; Digest
// is of everything that makes the request this one.
type Request struct {
	Owner  string
	Key    string
	Digest [sha256.Size]byte
}

// CheckKey refuses what is no key: 1 to 255 visible ASCII characters.
func CheckKey(key string) error {
	if key == "" || len(key) > MaxKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return index.Refuse(index.CodeInvalidQuery, "Idempotency-Key must be 1 to %d visible ASCII characters, such as a UUID.", MaxKey)
	}
	return nil
}

// Once carries out fn unless the same request was carried out with the key: then
// it gives that one's answer and again is true. A fault of the server is not
// kept, so the request can be repeated.
func (k *Keys) Once(ctx context.Context, req Request, fn func() (Answer, error)) (a Answer, again bool, err error) {
	if err := CheckKey(req.Key); err != nil {
		return a, false, err
	}
	row, claimed, err := k.claim(ctx, req)
	if err != nil {
		return a, false, err
	}
	if !claimed {
		a, err = known(row, req)
		return a, err == nil || a.Refusal != nil, err
	}
	a, err = fn()
	return a, false, k.settle(context.WithoutCancel(ctx), row, a, err)
}

func (k *Keys) claim(ctx context.Context, req Request) (row database.KeyedRequest, claimed bool, err error) {
	sum := sha256.Sum256([]byte(req.Owner + "\n" + req.Key))
	now := k.Clock().UTC().Truncate(time.Microsecond)
	mine := database.KeyedRequest{Key: hex.EncodeToString(sum[:]), Request: hex.EncodeToString(req.Digest[:]), At: now}
	err = k.DB.Write(ctx, func(tx *database.Tx) error {
		row, claimed, err = tx.ClaimKey(ctx, mine, now.Add(-abandoned), now.Add(-Kept))
		return err
	})
	return row, claimed, err
}

// known is the answer that a key was given before.
func known(row database.KeyedRequest, req Request) (a Answer, err error) {
	switch {
	case row.Request != hex.EncodeToString(req.Digest[:]):
		return a, index.Refuse(index.CodeKeyMismatch, "The Idempotency-Key came before with another request. Use a new key for each request, and the same only to repeat one.")
	case row.Status == 0:
		return a, &index.Error{Code: index.CodeKeyBusy, Retry: 1, Detail: "A request with this Idempotency-Key is being carried out. Ask again in a second for its answer."}
	}
	if err := json.Unmarshal([]byte(row.Answer), &a); err != nil {
		return a, err
	}
	if a.Refusal != nil {
		return a, a.Refusal
	}
	return a, nil
}

// settle keeps the answer, or frees the key when there is none that would be the
// same the next time. It returns failed, the error that there was.
func (k *Keys) settle(ctx context.Context, row database.KeyedRequest, a Answer, failed error) error {
	if failed != nil {
		refusal := *index.AsError(failed)
		if passing(refusal.Code.Info().Kind) {
			if err := k.DB.Write(ctx, func(tx *database.Tx) error { return tx.FreeKey(ctx, row) }); err != nil {
				return err
			}
			return failed
		}
		refusal.Err = nil
		a = Answer{Status: 1, Refusal: &refusal}
	}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	row.Status, row.Answer = a.Status, string(text)
	if err := k.DB.Write(ctx, func(tx *database.Tx) error { return tx.AnswerKey(ctx, row) }); err != nil {
		return err
	}
	return failed
}

// passing reports whether a refusal of this kind may be none in a moment.
func passing(kind index.Kind) bool {
	switch kind {
	case index.Internal, index.Unavailable, index.StorageFull, index.Limited:
		return true
	}
	return false
}

// Purge forgets answers that were kept long enough.
func (k *Keys) Purge(ctx context.Context) error {
	return k.DB.Write(ctx, func(tx *database.Tx) error {
		_, err := tx.DropKeys(ctx, k.Clock().Add(-Kept))
		return err
	})
}
