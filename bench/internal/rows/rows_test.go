package rows

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// query runs a statement, or a script of several, with Python, whose SQLite the filler uses too.
func query(t *testing.T, path, statement string) string {
	t.Helper()
	code := "import sqlite3, sys; db = sqlite3.connect(sys.argv[1])\nfor row in db.execute(sys.argv[2]): print(*row)\ndb.commit()"
	if strings.Contains(statement, ";") {
		code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
	}
	out, err := exec.Command("python3", "-c", code, path, statement).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", statement, err, out)
	}
	return strings.TrimSpace(string(out))
}

// migrated makes an empty database with the schema of Strongroom.
func migrated(t *testing.T) (folder, path string) {
	t.Helper()
	folder = t.TempDir()
	path = filepath.Join(folder, "strongroom.db")
	files, err := filepath.Glob("../../../internal/database/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	fill := strings.NewReplacer("{{ID}}", "INTEGER PRIMARY KEY", "{{CTEXT}}", "TEXT", "{{SEARCHWORDS}}", "")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(fill.Replace(string(text)), "-- +goose Down")
		query(t, path, up)
	}
	return folder, path
}

func TestFillAddsListedProjects(t *testing.T) {
	folder, path := migrated(t)
	query(t, path, "INSERT INTO users (uid, username, username_key, created_at) VALUES ('u', 'bench', 'bench', 1)")
	for _, want := range []string{"1000 1000 1000", "2000 2000 2000"} {
		if want == "2000 2000 2000" {
			query(t, path, "UPDATE names SET name = name || '-old'")
			query(t, path, "UPDATE projects SET name = name || '-old', uid = uid || '-old'")
		}
		if err := Fill(t.Context(), folder, 1000); err != nil {
			t.Fatal(err)
		}
		got := query(t, path, "SELECT COUNT(*), MAX(last_serial), (SELECT value FROM serial) FROM projects JOIN names ON names.project_id = projects.id AND names.name = projects.name")
		if got != want {
			t.Errorf("projects, last serial, serial: %s, want %s", got, want)
		}
	}
	if got := query(t, path, "SELECT COUNT(*) FROM journal WHERE action = 'create'"); got != "2000" {
		t.Errorf("%s journal entries", got)
	}
}

func TestFillNeedsADatabase(t *testing.T) {
	if err := Fill(t.Context(), t.TempDir(), 1); err == nil || !strings.Contains(err.Error(), "no database") {
		t.Errorf("error %v", err)
	}
}
