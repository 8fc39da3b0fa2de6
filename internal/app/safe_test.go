package app_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"strongroom/internal/access"
	"strongroom/internal/index"
)

// TestGetChangesNothing (security-bar 2.4): no page, whoever opens it and
// whatever stands behind the question mark, changes a row. What says when
// something was last used, and counters of limits, are the exceptions.
func TestGetChangesNothing(t *testing.T) {
	s := newSite(t)
	link, err := s.Accounts.Invite(t.Context(), index.Operator(), "", false)
	if err != nil {
		t.Fatal(err)
	}
	_, invite, _ := strings.Cut(link, "=")
	s.Mails("") // mail of the preparations is sent before, for that changes rows
	before, asked := s.rows(t), 0
	for _, route := range s.Routes {
		rule, _ := access.RuleOf(route.Right)
		if !strings.Contains(route.Methods, http.MethodGet) || changesOnGet()[route.Path] {
			continue
		}
		for _, who := range s.people {
			for _, query := range []string{"", "?delete=1&confirm=own&confirm_username=" + who.name, "?token=" + invite + "&invite=" + invite + "&username=x&password=y&next=/", "?_method=DELETE&action=delete&name=x"} {
				path := fill(route.Path, "own") + query
				for _, accept := range []string{"text/html", "application/json"} {
					asked++
					if r := s.ask(http.MethodGet, path, who.headers, map[string]string{"Accept": accept, "X-HTTP-Method-Override": "DELETE"}); r.StatusCode >= 500 && route.Path != "/_ready/" {
						t.Errorf("GET %s as %s: %s", path, who.name, r.Status)
					}
				}
			}
		}
		if after := s.rows(t); !slices.Equal(before, after) {
			t.Errorf("GET %s (%s) changes rows:\n%s", route.Path, rule.Right, difference(before, after))
			before = after
		}
	}
	t.Logf("%d requests", asked)
}

// changesOnGet are the routes that may: the answer of the company's sign-in
// arrives by GET (OIDC Core 3.1.2.5), with a state that works once.
func changesOnGet() map[string]bool {
	return map[string]bool{"/account/oidc/callback/{$}": true, "/account/oidc/callback": true}
}

// rows is everything in the database but what says when something was used.
func (s *site) rows(t *testing.T) (all []string) {
	t.Helper()
	var dump bytes.Buffer
	if _, _, err := s.DB.Dump(t.Context(), &dump); err != nil {
		t.Fatal(err)
	}
	var columns []string
	table := ""
	for line := range strings.Lines(dump.String()) {
		var head struct {
			Table   string
			Columns []string
		}
		if json.Unmarshal([]byte(line), &head) == nil && head.Table != "" {
			table, columns = head.Table, head.Columns
			continue
		}
		var values []any
		if json.Unmarshal([]byte(line), &values) != nil || len(values) != len(columns) || table == "rate_limits" {
			continue
		}
		for i, name := range columns {
			if strings.Contains(name, "seen") || strings.Contains(name, "used_at") || strings.Contains(name, "last_used") {
				values[i] = nil
			}
		}
		text, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, table+" "+string(text))
	}
	if len(all) < 20 {
		t.Fatalf("the dump has %d rows", len(all))
	}
	slices.Sort(all)
	return all
}

// difference lists the rows that only one of two dumps has.
func difference(before, after []string) string {
	var b strings.Builder
	for _, row := range before {
		if !slices.Contains(after, row) {
			b.WriteString("- " + row + "\n")
		}
	}
	for _, row := range after {
		if !slices.Contains(before, row) {
			b.WriteString("+ " + row + "\n")
		}
	}
	return b.String()
}
