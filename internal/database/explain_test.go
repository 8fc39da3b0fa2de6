package database_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"strongroom/internal/database"
	"strongroom/internal/database/dbtest"
	"strongroom/internal/index"
)

// crowd fills PostgreSQL with 2,000 projects, one of which has 5,000 files, so that its planner sees what a real index has. SQLite plans
// without looking at the rows, as long as nobody runs ANALYZE.
func crowd(t *testing.T, db *database.DB) {
	t.Helper()
	if !db.Postgres() {
		return
	}
	const upTo = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
	small, large := upTo+"2000) ", upTo+"5000) "
	dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error {
		for _, text := range []string{
			"INSERT INTO users (id, uid, username, username_key, created_at) SELECT 1, '1', 'alice', 'alice', 1",
			small + "INSERT INTO users (id, uid, username, username_key, created_at) SELECT i + 1, 'u' || i, 'u' || i, 'u' || i, i FROM n",
			small + "INSERT INTO emails (user_id, address, address_key, is_primary, verified) SELECT i, 'u' || i, 'u' || i, 1, 1 FROM n",
			small + "INSERT INTO tokens (id, user_id, description, sealed_key, created_at) SELECT 't' || i, i, '', '', 1 FROM n",
			small + "INSERT INTO names (name, look_alike, state, project_id, had_files, identities, created_at) SELECT 'p' || i, 'p' || i, 'active', i, 1, 1, 1 FROM n",
			small + "INSERT INTO projects (id, uid, name, display_name, created_by, created_at, withdrawn) SELECT i, 'x' || i, 'p' || i, 'p', i, i, CASE WHEN i % 10 = 0 THEN 1 ELSE 0 END FROM n",
			small + "INSERT INTO roles (project_id, user_id, role) SELECT i, i, 'Owner' FROM n",
			small + "INSERT INTO releases (id, project_id, version, canonical, prerelease, created_at) SELECT i, i, '1.0', '1', 0, i FROM n",
			small + "INSERT INTO release_metadata (release_id, metadata) SELECT i, '{}' FROM n",
			small + "INSERT INTO version_registry (name, canonical, project_id, created_at) SELECT 'p' || i, '1', i, 1 FROM n",
			small + "INSERT INTO journal (serial, name, action, actor, at) SELECT i, 'p' || i, 'create', 'a', 1 FROM n",
			small + "INSERT INTO flags (kind, level, subject_id, side, set_by, set_at) SELECT 'yanked', 'release', i, 'owner', 'a', 1 FROM n",
			small + "INSERT INTO events (at, actor_kind, actor, action, object) SELECT 1, 'user', 'a', 'file:add', 'project:p' || i FROM n",
			small + "INSERT INTO organizations (id, uid, name, name_key, created_at) SELECT i, 'o' || i, 'o' || i, 'o' || i, 1 FROM n",
			small + "INSERT INTO organization_members (organization_id, user_id, role, created_at) SELECT i, i, 'Owner', 1 FROM n",
			small + "INSERT INTO organization_projects (organization_id, project_id) SELECT i, i FROM n",
			small + "INSERT INTO teams (id, uid, organization_id, name, name_key, created_at) SELECT i, 't' || i, i, 'a', 'a', 1 FROM n",
			small + "INSERT INTO team_members (team_id, organization_id, user_id) SELECT i, i, i FROM n",
			small + "INSERT INTO team_roles (team_id, organization_id, project_id, role) SELECT i, i, i, 'Maintainer' FROM n",
			small + "INSERT INTO logins (hash, user_id, method, created_at, proven_at, seen_at, expires_at) SELECT 'l' || i, i, 'totp', 1, 1, 1, 9000 FROM n",
			small + "INSERT INTO tickets (hash, kind, user_id, created_at, expires_at) SELECT 'h' || i, 'verify-email', i, 1, 9000 FROM n",
			small + "INSERT INTO factors (user_id, kind, label, created_at) SELECT i, 'totp', 'a', 1 FROM n",
			small + "INSERT INTO identities (issuer, subject, user_id, source, created_at) SELECT 'https://login.example.com', 's' || i, i, 'oidc', 1 FROM n",
			small + "INSERT INTO jobs (kind, args, run_at, created_at) SELECT 'mail', '{}', i, 1 FROM n",
			large + "INSERT INTO blobs (sha256, size, created_at) SELECT 's' || i, 1, 1 FROM n",
			large + "INSERT INTO files (release_id, project_id, filename, packagetype, python_version, size, sha256, blake2b_256, md5, metadata_sha256, uploaded_at) " +
				"SELECT 1, 1, 'f' || i, 'bdist_wheel', 'py3', 1, 's' || i, 'b', 'm', 'm' || i, 1 FROM n",
			small + "INSERT INTO files (release_id, project_id, filename, packagetype, python_version, size, sha256, blake2b_256, md5, metadata_sha256, uploaded_at) " +
				"SELECT i, i, 'g' || i, 'bdist_wheel', 'py3', 1, 's' || i, 'b', 'm', 'm' || i, 1 FROM n",
			large + "INSERT INTO file_reports (file_id, warnings) SELECT id, '[\"x\"]' FROM files WHERE id IN (SELECT i FROM n)",
			large + "INSERT INTO filename_registry (identity, filename, name, sha256, size, created_at) SELECT 'i' || i, 'f' || i, 'p1', 's', 1, 1 FROM n",
		} {
			if err := database.Exec(ctx, tx, text); err != nil {
				return err
			}
		}
		return nil
	})
	dbtest.Write(t, db, func(ctx context.Context, tx *database.Tx) error { return database.Exec(ctx, tx, "ANALYZE") })
}

// hotLookUps are the reads on the way of a page, a file and an upload: none may read a whole table, or an upload into a large index would
// cost more than one into an empty one. want names an index that the plan must use; there may be several of one meaning.
func hotLookUps(ctx context.Context) []struct {
	what string
	want string
	call func(q database.Q) error
} {
	at := time.UnixMicro(1990)
	return []struct {
		what string
		want string
		call func(q database.Q) error
	}{
		{"file by name", "files_filename_key|sqlite_autoindex_files_1", func(q database.Q) error { _, _, err := q.FileByName(ctx, "f7"); return err }},
		{"placed file", "files_filename_key|sqlite_autoindex_files_1", func(q database.Q) error { _, _, err := q.PlacedFile(ctx, "f7"); return err }},
		{"live files of a project", "files_live|files_project", func(q database.Q) error { _, err := q.ProjectFiles(ctx, 7, true); return err }},
		{"all files of a project", "files_project|files_live", func(q database.Q) error { _, err := q.ProjectFiles(ctx, 7, false); return err }},
		{"sdist of a release", "files_release", func(q database.Q) error { _, _, err := q.SdistOf(ctx, 7); return err }},
		{"claim", "filename_registry_pkey|sqlite_autoindex_filename_registry_1", func(q database.Q) error { _, _, err := q.ClaimOf(ctx, "i7"); return err }},
		{"name", "names_pkey|sqlite_autoindex_names_1", func(q database.Q) error { _, _, err := q.Name(ctx, "p7"); return err }},
		{"look-alikes", "names_look_alike", func(q database.Q) error { _, err := q.LookAlikes(ctx, "p7"); return err }},
		{"project by name", "names_pkey|sqlite_autoindex_names_1", func(q database.Q) error { _, _, err := q.Project(ctx, "p7"); return err }},
		{"listed project", "names_pkey|sqlite_autoindex_names_1", func(q database.Q) error { _, _, err := q.ListedProject(ctx, "p7"); return err }},
		{"new projects of a user", "projects_creator", func(q database.Q) error { _, err := q.ProjectsCreatedSince(ctx, 7, at); return err }},
		{"newest projects", "projects_created", func(q database.Q) error { _, err := q.NewestProjects(ctx, 5); return err }},
		{"role", "roles_pkey|sqlite_autoindex_roles_1|roles_user", func(q database.Q) error { _, err := q.RoleOf(ctx, 7, 7); return err }},
		{"facts of an upload", "version_registry_pkey|sqlite_autoindex_version_registry_1", func(q database.Q) error { _, err := q.UploadFacts(ctx, "p7", "1"); return err }},
		{"roles of a project", "roles_pkey|sqlite_autoindex_roles_1", func(q database.Q) error { _, err := q.RolesOf(ctx, 7); return err }},
		{"roles of a user", "roles_user", func(q database.Q) error { _, err := q.RolesOfUser(ctx, 7); return err }},
		{"uploads of a user", "files_uploader", func(q database.Q) error { _, err := q.UploadsBy(ctx, 7, at, 5); return err }},
		{"flags of a kind", "flags_kind", func(q database.Q) error { _, err := q.FlagsOfKind(ctx, "removed", "", 0, 5); return err }},
		{"release", "releases_project_id_canonical_key|sqlite_autoindex_releases_1", func(q database.Q) error { _, _, err := q.Release(ctx, 7, "1"); return err }},
		{"newest releases", "releases_created", func(q database.Q) error { _, err := q.RecentReleases(ctx, "", 5); return err }},
		{"newest releases of a project", "releases_live|releases_project_id_canonical_key", func(q database.Q) error { _, err := q.RecentReleases(ctx, "p7", 5); return err }},
		{"burned version", "version_registry_pkey|sqlite_autoindex_version_registry_1", func(q database.Q) error { _, _, err := q.VersionBurned(ctx, "p7", "1"); return err }},
		{"token", "tokens_pkey|sqlite_autoindex_tokens_1", func(q database.Q) error { _, _, err := q.TokenByID(ctx, "t7"); return err }},
		{"addresses", "emails_user", func(q database.Q) error { _, err := q.MailAddresses(ctx, 7); return err }},
		{"warnings of a release", "files_release", func(q database.Q) error { _, err := q.WarnedBefore(ctx, 7, at); return err }},
		{"login", "logins_pkey|sqlite_autoindex_logins_1", func(q database.Q) error { _, _, err := q.LoginByHash(ctx, "l7", at); return err }},
		{"identity", "identities_pkey|sqlite_autoindex_identities_1", func(q database.Q) error { _, _, err := q.Identity(ctx, "https://login.example.com", "s7"); return err }},
		{"identities of a user", "identities_user", func(q database.Q) error { _, err := q.IdentitiesOf(ctx, 7); return err }},
		{"ticket", "tickets_pkey|sqlite_autoindex_tickets_1", func(q database.Q) error { _, _, err := q.Ticket(ctx, "verify-email", "h7", at); return err }},
		{"user by name", "users_username_key_key|sqlite_autoindex_users_2", func(q database.Q) error { _, _, err := q.UserByName(ctx, "u7"); return err }},
		{"blob", "blobs_pkey|sqlite_autoindex_blobs_1", func(q database.Q) error { _, err := q.HasBlob(ctx, "s7"); return err }},
		{"journal after a serial", "journal_pkey|INTEGER PRIMARY KEY|sqlite_autoindex_journal_1", func(q database.Q) error { _, err := q.Entries(ctx, 1990, 5); return err }},
		{"journal of a project", "journal_name", func(q database.Q) error { _, err := q.EntriesOf(ctx, "p7", 5); return err }},
		{"events of an object", "events_object", func(q database.Q) error { _, err := q.EventsOf(ctx, "project:p7", 5); return err }},
		{"set last serial", "names_pkey|sqlite_autoindex_names_1", func(q database.Q) error { return (&database.Tx{Q: q}).SetLastSerial(ctx, "p7", 1) }},
		{"condemn", "files_sha256", func(q database.Q) error { _, err := (&database.Tx{Q: q}).Condemn(ctx, "s7", 1, 1); return err }},
		{"condemn metadata", "files_metadata", func(q database.Q) error { _, err := (&database.Tx{Q: q}).Condemn(ctx, "s7", 1, 1); return err }},
		{"lease a job", "jobs_due", func(q database.Q) error { _, _, err := (&database.Tx{Q: q}).LeaseJob(ctx, at, time.Minute); return err }},
		{"end a flag", "flags_standing|flags_subject", func(q database.Q) error {
			_, err := (&database.Tx{Q: q}).EndFlag(ctx, index.OnRelease, 7, "yanked", "a", 1)
			return err
		}},
	}
}

// TestHotLookUpsUseTheirIndexes asks both databases for their plans (SD-26).
func TestHotLookUpsUseTheirIndexes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		crowd(t, db)
		whole := regexp.MustCompile(`Seq Scan on \w+|SCAN \w+( USING INDEX sqlite_autoindex\w+)?\n`)
		for _, row := range hotLookUps(context.Background()) {
			plan := database.Explain(t, db, row.call)
			if !regexp.MustCompile(`\b(` + row.want + `)\b`).MatchString(plan) {
				t.Errorf("%s: the plan uses none of %s:\n%s", row.what, row.want, plan)
			}
			// The few grants that the view's parts found are no table.
			if found := whole.FindString(strings.ReplaceAll(plan, "SCAN project_grants", "")); found != "" {
				t.Errorf("%s: reads a whole table (%s):\n%s", row.what, strings.TrimSpace(found), plan)
			}
		}
	})
}

// TestTheRoleIsFoundByBoth: whoever owns thousands of projects must not have them all read for each upload. PostgreSQL
// knows how many rows a user has; SQLite chooses by what the statement says.
func TestTheRoleIsFoundByBoth(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	plan := database.Explain(t, db, func(q database.Q) error { _, err := q.RoleOf(context.Background(), 7, 7); return err })
	if !strings.Contains(plan, "project_id=? AND user_id=?") || strings.Contains(plan, "roles_user") {
		t.Errorf("the plan reads all roles of a user:\n%s", plan)
	}
	plan = database.Explain(t, db, func(q database.Q) error { _, err := q.UploadFacts(context.Background(), "p7", "1"); return err })
	if strings.Contains(plan, "roles") {
		t.Errorf("the facts of an upload read roles:\n%s", plan)
	}
}

// TestTheWholeListIsReadInOrder: 700,000 names must not be sorted in memory for each load. PostgreSQL may choose to sort.
func TestTheWholeListIsReadInOrder(t *testing.T) {
	db := dbtest.Open(t, dbtest.Kinds()[0].New(t))
	plan := database.Explain(t, db, func(q database.Q) error {
		return q.ListedProjects(context.Background(), func(database.ListedProject) error { return nil })
	})
	if strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "projects_live") {
		t.Errorf("the plan sorts:\n%s", plan)
	}
}
