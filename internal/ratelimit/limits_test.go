package ratelimit_test

import (
	"strings"
	"testing"
	"time"

	"strongroom/internal/ratelimit"
)

// TestOwnFigures: an operator's figures stand in for the table's, and nonsense is refused.
func TestOwnFigures(t *testing.T) {
	own, err := ratelimit.Parse([]string{"login-all=5000/5m", "xmlrpc=2/1h"})
	if l := own[ratelimit.LoginAll]; err != nil || l.N != 5000 || l.Per != 5*time.Minute || len(own) != 2 {
		t.Fatalf("%+v, %v", own, err)
	}
	for _, text := range []string{"", "nobody=1/1m", "login-all", "login-all=0/1m", "login-all=-1/1m", "login-all=1/0s", "login-all=x/1m", "login-all=1/x", "login-all=1"} {
		if _, err := ratelimit.Parse([]string{text}); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if _, err := ratelimit.Parse([]string{"api=1/1h"}); err == nil || !strings.Contains(err.Error(), "api-read, api-write") {
		t.Errorf("a limit that there is not: %v", err)
	}
}
