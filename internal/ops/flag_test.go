package ops_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"strongroom/internal/app/apptest"
)

// TestFlagCommands: what programs read of them, several things at once, rules and labels (ST-9, ST-12).
func TestFlagCommands(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, d := range []apptest.Dist{apptest.Wheel("demo", "1.0", "x"), apptest.Wheel("demo", "2.0", "x"), apptest.Wheel("other", "1.0", "x")} {
			s.MustUpload(d)
		}
		var one struct {
			Subject string
			Flag    struct{ Kind, Category string }
			Matched []string
			Removed []string
			Status  struct {
				Served  string
				Offered bool
			}
		}
		read := func(args ...string) {
			t.Helper()
			one.Matched, one.Removed = nil, nil
			if err := json.Unmarshal([]byte(s.Run(append(args, "--json")...)), &one); err != nil {
				t.Fatal(err)
			}
		}
		read("admin", "project", "delete", "demo", "--release", "1.0", "--reason", "by mistake")
		if one.Subject != "release:demo/1.0" || one.Flag.Kind != "deleted" || one.Flag.Category != "admin" || one.Status.Served != "deleted" || one.Status.Offered {
			t.Errorf("%+v", one)
		}
		read("admin", "project", "restore", "demo", "--release", "1.0")
		if one.Status.Served != "active" || !one.Status.Offered {
			t.Errorf("%+v", one)
		}
		read("admin", "flag", "set", "--project", "demo", "--releases", "<2", "--later", "deprecated", "--category", "eol", "--from", "30d")
		if len(one.Matched) != 1 || one.Matched[0] != "1.0" {
			t.Errorf("%+v", one)
		}
		s.Run("admin", "label", "put", "reviewed", "--public", "--colour", "green")
		list := filepath.Join(s.Config.Data, "list.txt")
		if err := os.WriteFile(list, []byte("# read by hand\nother\ndemo==2.0\ndemo-1.0-py3-none-any.whl\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.Run("admin", "label", "set", "--from-file", list, "reviewed", "--until", "2099-01-01")
		var rows []struct{ Subject, Kind string }
		if err := json.Unmarshal([]byte(s.Run("admin", "flag", "list", "--project", "demo", "--all", "--json")), &rows); err != nil || len(rows) != 4 {
			t.Errorf("%+v, %v", rows, err) // the deletion that was undone, the rule's, and two labels
		}
		if err := os.WriteFile(list, []byte("demo\nnobody\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		run(s.Config.Data, "admin", "flag", "set", "--from-file", list, "archived").want(t, 1)
		if err := json.Unmarshal([]byte(s.Run("admin", "flag", "list", "--project", "demo", "--json")), &rows); err != nil || len(rows) != 3 {
			t.Errorf("half of it was done: %+v, %v", rows, err)
		}
	})
}
