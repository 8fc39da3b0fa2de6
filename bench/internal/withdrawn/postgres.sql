-- Fills an empty Strongroom database with many projects, of which about a tenth is deleted, at all three levels.
-- psql variables: n, how many projects; keep, 1 to have the deleted ones too, 0 to leave them out. Each project has
-- ten releases, each release two files and every seventh a third. Names and hashes are worked out from numbers, so
-- that both databases have the same live rows.
\set ON_ERROR_STOP on
\set gone '[{"kind":"deleted","category":"owner","side":"owner","since":"2026-01-01T00:00:00Z"}]'
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
-- Rows must lie in the order of their keys on both sides, as those of a project that grew do, or reading from the disk
-- would differ for another reason than what is measured: scans begin at the beginning, and the inner series depends on
-- the outer row, so that the planner cannot turn the two around.
SET synchronize_seqscans = off;

INSERT INTO blobs (sha256, size, created_at)
  SELECT md5('s' || k) || md5('t' || k), 20000, 1 FROM generate_series(0, 999) k;

INSERT INTO names (name, look_alike, state, project_id, had_files, identities, created_at)
  SELECT 'pkg-' || i, 'pkg' || i, CASE WHEN i % 30 = 7 THEN 'deleted' ELSE 'active' END, i, 1, 1, 1
  FROM generate_series(1, :n) i WHERE :keep = 1 OR i % 30 <> 7;
INSERT INTO projects (id, uid, name, display_name, standing, withdrawn, last_serial, total_size, created_by, created_at)
  SELECT i, 'u' || i, 'pkg-' || i, 'pkg-' || i, CASE WHEN i % 30 = 7 THEN :'gone' ELSE '' END, (i % 30 = 7)::int, i, 400000, 1, 1767225600000000 + i
  FROM generate_series(1, :n) i WHERE :keep = 1 OR i % 30 <> 7;
INSERT INTO journal (serial, name, action, actor, at) SELECT i, 'pkg-' || i, 'create', 'bench', 1 FROM generate_series(1, :n) i;
UPDATE serial SET value = :n;

ALTER TABLE releases DROP CONSTRAINT releases_project_id_canonical_key;
DROP INDEX releases_created, releases_live;
INSERT INTO releases (id, project_id, version, canonical, prerelease, summary, standing, withdrawn, created_at)
  SELECT i * 10 + r - 10, i, '1.' || r, '1.' || r, 0, 'A project of the benchmark.',
    CASE WHEN (i + r) % 30 = 11 THEN :'gone' ELSE '' END, ((i + r) % 30 = 11)::int, 1767225600000000 + i * 10 + r
  FROM generate_series(1, :n) i, generate_series(1, 10 + 0 * i) r
  WHERE :keep = 1 OR i % 30 <> 7 AND (i + r) % 30 <> 11;
ALTER TABLE releases ADD CONSTRAINT releases_project_id_canonical_key UNIQUE (project_id, canonical);
CREATE INDEX releases_created ON releases (created_at);
CREATE INDEX releases_live ON releases (project_id) WHERE withdrawn = 0;

INSERT INTO release_metadata (release_id, metadata)
  SELECT id, '{"metadata_version":"2.4","name":"pkg-' || project_id || '","version":"' || version || '","summary":"A project of the benchmark.","requires_python":">=3.9","requires_dist":["requests>=2","numpy; python_version<\"4\""]}'
  FROM releases;

ALTER TABLE files DROP CONSTRAINT files_filename_key;
DROP INDEX files_live, files_metadata, files_project, files_release, files_sha256;
INSERT INTO files (id, release_id, project_id, filename, packagetype, python_version, size, sha256, blake2b_256, md5,
    metadata_sha256, metadata_size, requires_python, standing, withdrawn, uploaded_at, uploaded_by)
  SELECT r.id * 3 + f, r.id, r.project_id,
    'pkg_' || r.project_id || '-' || r.version || CASE f WHEN 0 THEN '-py3-none-any.whl' WHEN 1 THEN '.tar.gz' ELSE '-1-py3-none-any.whl' END,
    CASE f WHEN 1 THEN 'sdist' ELSE 'bdist_wheel' END, CASE f WHEN 1 THEN 'source' ELSE 'py3' END, 20000,
    md5('s' || (r.id + f) % 1000) || md5('t' || (r.id + f) % 1000), md5('b' || r.id || f) || md5('c' || r.id || f), md5('m' || r.id || f),
    md5('s' || r.id % 1000) || md5('t' || r.id % 1000), 300, '>=3.9',
    CASE WHEN (r.project_id * 3 + r.id + f) % 30 = 17 THEN :'gone' ELSE '' END, ((r.project_id * 3 + r.id + f) % 30 = 17)::int, r.created_at, 1
  FROM releases r, generate_series(0, (2 + 0 * r.id)::int) f
  WHERE (f < 2 OR r.id % 7 = 0) AND (:keep = 1 OR (r.project_id * 3 + r.id + f) % 30 <> 17);
ALTER TABLE files ADD CONSTRAINT files_filename_key UNIQUE (filename);
CREATE INDEX files_live ON files (project_id) WHERE withdrawn = 0;
CREATE INDEX files_metadata ON files (metadata_sha256);
CREATE INDEX files_project ON files (project_id);
CREATE INDEX files_release ON files (release_id, packagetype);
CREATE INDEX files_sha256 ON files (sha256);

INSERT INTO flags (kind, level, subject_id, category, side, set_by, set_at)
  SELECT 'deleted', l, id, 'owner', 'owner', 'bench', 1767225600000000 FROM (
    SELECT 'project' AS l, id FROM projects WHERE withdrawn = 1 UNION ALL
    SELECT 'release', id FROM releases WHERE withdrawn = 1 UNION ALL
    SELECT 'file', id FROM files WHERE withdrawn = 1) x;
SELECT setval(pg_get_serial_sequence('projects', 'id'), :n + 1), setval(pg_get_serial_sequence('releases', 'id'), :n * 10 + 1),
  setval(pg_get_serial_sequence('files', 'id'), :n * 30 + 9);
VACUUM ANALYZE;
