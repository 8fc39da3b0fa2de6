package index_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"strongroom/internal/index"
)

func TestRefuse(t *testing.T) {
	err := index.Refuse(index.CodeInvalidName, "The name %q is invalid.", "a b")
	if err.Detail != `The name "a b" is invalid.` || err.Error() != `invalid-name: The name "a b" is invalid.` {
		t.Errorf("detail %q, error %q", err.Detail, err.Error())
	}
}

// TestRefuseIsBounded: what somebody sent comes back in part only, and is not cut inside a character.
func TestRefuseIsBounded(t *testing.T) {
	err := index.Refuse(index.CodeInvalidName, "The name %q is invalid.", strings.Repeat("é", 1<<20))
	if n := len(err.Detail); n < 3900 || n > 4003 || !utf8.ValidString(err.Detail) || !strings.HasSuffix(err.Detail, "é…") {
		t.Errorf("%d bytes, ending in %q", n, err.Detail[max(0, n-10):])
	}
}

// TestTheCauseIsForTheLogOnly keeps what may hold secrets or paths out of Detail.
func TestTheCauseIsForTheLogOnly(t *testing.T) {
	cause := errors.New("open /secret/path: denied")
	err := &index.Error{Code: index.CodeUnavailable, Detail: "Try again.", Err: cause}
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "/secret/path") || strings.Contains(err.Detail, "secret") {
		t.Errorf("%v", err)
	}
}

func TestAsErrorAndHasCode(t *testing.T) {
	refusal := index.Refuse(index.CodeFileExists, "File already exists.")
	wrapped := fmt.Errorf("record: %w", refusal)
	plain := errors.New("disk on fire")
	for _, row := range []struct {
		err    error
		code   index.Code
		detail string
	}{
		{refusal, index.CodeFileExists, "File already exists."},
		{wrapped, index.CodeFileExists, "File already exists."},
		{plain, index.CodeInternal, "Something went wrong on our side."},
		{nil, index.CodeInternal, "Something went wrong on our side."},
	} {
		e := index.AsError(row.err)
		if e.Code != row.code || !strings.HasPrefix(e.Detail, row.detail) {
			t.Errorf("AsError(%v) = %+v", row.err, e)
		}
		if got := index.HasCode(row.err, index.CodeFileExists); got != (row.code == index.CodeFileExists) {
			t.Errorf("HasCode(%v) = %v", row.err, got)
		}
	}
	if e := index.AsError(plain); !errors.Is(e, plain) || strings.Contains(e.Detail, "fire") {
		t.Errorf("the cause must be kept and hidden: %+v", e)
	}
}

func TestAnUnknownCodeIsInternal(t *testing.T) {
	if got := index.Code("never-heard-of").Info(); got.Kind != index.Internal || got.Code != index.CodeInternal {
		t.Errorf("got %+v", got)
	}
}
