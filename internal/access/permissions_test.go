package access_test

import (
	"slices"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/index"
)

// TestPermissionsAreThoseOfTheRules: a token can be made for each, and for nothing else.
func TestPermissionsAreThoseOfTheRules(t *testing.T) {
	var listed, ruled []string
	for _, p := range access.Permissions() {
		if listed = append(listed, p.Name); p.Doc == "" {
			t.Errorf("%s says nothing", p.Name)
		}
	}
	for _, rule := range access.Rules() {
		if rule.Permission != "" && !slices.Contains(ruled, rule.Permission) {
			ruled = append(ruled, rule.Permission)
		}
		if rule.By == access.BySession && rule.Permission != "" {
			t.Errorf("%s is for browsers and has the permission %q", rule.Right, rule.Permission)
		}
	}
	slices.Sort(listed)
	if slices.Sort(ruled); !slices.Equal(listed, ruled) {
		t.Errorf("listed are %v, the rules have %v", listed, ruled)
	}
	for _, p := range access.PermissionsOf(index.Token{}) {
		if p != "read" && p != "upload" {
			t.Errorf("a token without a list may %s", p)
		}
	}
	if n := len(access.Permissions()); len(access.PermissionsFor(true)) != n || len(access.PermissionsFor(false)) != n-1 {
		t.Error("to moderate is for moderators only, and the rest for everybody")
	}
}
