-- +goose Up
-- {{ID}} and {{CTEXT}} are replaced for each database (see dialect.go).
-- Times are microseconds since 1970 in UTC; 0 means never or not set.

-- One row of facts about this installation.
CREATE TABLE instance (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- The last serial that was given out. Locked last in each transaction, so
-- serials become visible in order and without gaps (design 2).
CREATE TABLE serial (
    one   SMALLINT PRIMARY KEY CHECK (one = 1),
    value BIGINT NOT NULL
);
INSERT INTO serial (one, value) VALUES (1, 0);

CREATE TABLE users (
    id            {{ID}},
    uid           TEXT NOT NULL UNIQUE,
    username      TEXT NOT NULL,
    username_key  {{CTEXT}} NOT NULL UNIQUE,        -- lower case
    password_hash TEXT NOT NULL DEFAULT '',          -- PHC string
    superuser     SMALLINT NOT NULL DEFAULT 0,
    standing      TEXT NOT NULL DEFAULT '',          -- flags on the user, see index.Standing
    created_at    BIGINT NOT NULL
);

CREATE TABLE emails (
    id         {{ID}},
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    address_key {{CTEXT}} NOT NULL UNIQUE,
    is_primary SMALLINT NOT NULL,
    verified   SMALLINT NOT NULL
);
CREATE INDEX emails_user ON emails (user_id);

CREATE TABLE tokens (
    id           TEXT PRIMARY KEY,                   -- UUID, the macaroon's identifier
    user_id      BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    description  TEXT NOT NULL,
    sealed_key   TEXT NOT NULL,                      -- root key, sealed, base64
    caveats      TEXT NOT NULL DEFAULT '[]',         -- JSON list of caveats the server adds (T-06)
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL DEFAULT 0,
    revoked_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX tokens_user ON tokens (user_id);

-- The name registry: a name is never removed from it (SD-15).
CREATE TABLE names (
    name       {{CTEXT}} PRIMARY KEY,                -- PEP 503 normal form
    look_alike {{CTEXT}} NOT NULL,                   -- N-05
    state      TEXT NOT NULL,                        -- index.NameState
    project_id BIGINT NOT NULL DEFAULT 0,            -- who holds it now
    had_files  SMALLINT NOT NULL DEFAULT 0,
    held_until BIGINT NOT NULL DEFAULT 0,
    note       TEXT NOT NULL DEFAULT '',
    identities BIGINT NOT NULL DEFAULT 0,            -- how many projects held it (SD-17)
    created_at BIGINT NOT NULL
);
CREATE INDEX names_look_alike ON names (look_alike);

CREATE TABLE projects (
    id           {{ID}},
    uid          TEXT NOT NULL UNIQUE,
    name         {{CTEXT}} NOT NULL REFERENCES names (name),
    display_name TEXT NOT NULL,
    standing     TEXT NOT NULL DEFAULT '',
    withdrawn    SMALLINT NOT NULL DEFAULT 0,        -- own flags hide it from installers
    last_serial  BIGINT NOT NULL DEFAULT 0,
    total_size   BIGINT NOT NULL DEFAULT 0,
    file_limit   BIGINT NOT NULL DEFAULT 0,
    size_limit   BIGINT NOT NULL DEFAULT 0,
    created_by   BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL
);
CREATE INDEX projects_name ON projects (name);
CREATE INDEX projects_live ON projects (name, last_serial) WHERE withdrawn = 0;
CREATE INDEX projects_created ON projects (created_at);
CREATE INDEX projects_creator ON projects (created_by, created_at);

CREATE TABLE roles (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX roles_user ON roles (user_id);

CREATE TABLE releases (
    id          {{ID}},
    project_id  BIGINT NOT NULL REFERENCES projects (id),
    version     TEXT NOT NULL,
    canonical   {{CTEXT}} NOT NULL,
    prerelease  SMALLINT NOT NULL,
    summary     TEXT NOT NULL DEFAULT '',
    standing    TEXT NOT NULL DEFAULT '',
    withdrawn   SMALLINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,                     -- never moves (SD-13)
    UNIQUE (project_id, canonical)
);
CREATE INDEX releases_live ON releases (project_id) WHERE withdrawn = 0;
CREATE INDEX releases_created ON releases (created_at);

-- Apart from releases so that lists stay narrow: descriptions are long.
CREATE TABLE release_metadata (
    release_id BIGINT PRIMARY KEY REFERENCES releases (id) ON DELETE CASCADE,
    metadata   TEXT NOT NULL                         -- coremeta.Metadata as JSON
);

-- Versions that ever had a file under a name, burned for ever (SD-12).
CREATE TABLE version_registry (
    name       {{CTEXT}} NOT NULL REFERENCES names (name),
    canonical  {{CTEXT}} NOT NULL,
    project_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (name, canonical)
);

CREATE TABLE blobs (
    sha256     TEXT PRIMARY KEY,
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    condemned_at BIGINT NOT NULL DEFAULT 0           -- the sweep is about to unlink it
);

CREATE TABLE files (
    id              {{ID}},
    release_id      BIGINT NOT NULL REFERENCES releases (id),
    project_id      BIGINT NOT NULL REFERENCES projects (id),
    filename        {{CTEXT}} NOT NULL UNIQUE,
    packagetype     TEXT NOT NULL,
    python_version  TEXT NOT NULL,
    size            BIGINT NOT NULL,
    sha256          TEXT NOT NULL REFERENCES blobs (sha256),
    blake2b_256     TEXT NOT NULL,
    md5             TEXT NOT NULL,
    metadata_sha256 TEXT NOT NULL DEFAULT '',
    metadata_size   BIGINT NOT NULL DEFAULT 0,
    requires_python TEXT NOT NULL DEFAULT '',
    comment_text    TEXT NOT NULL DEFAULT '',
    standing        TEXT NOT NULL DEFAULT '',
    withdrawn       SMALLINT NOT NULL DEFAULT 0,
    uploaded_at     BIGINT NOT NULL,
    uploaded_by     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX files_live ON files (project_id) WHERE withdrawn = 0;
CREATE INDEX files_project ON files (project_id);
CREATE INDEX files_release ON files (release_id, packagetype);
CREATE INDEX files_sha256 ON files (sha256);
CREATE INDEX files_metadata ON files (metadata_sha256);

-- Filenames that ever stood for a file, burned for ever (SD-9). identity is
-- (name, canonical version, build tag, expanded tags, extension).
CREATE TABLE filename_registry (
    identity   {{CTEXT}} PRIMARY KEY,
    filename   {{CTEXT}} NOT NULL UNIQUE,
    name       {{CTEXT}} NOT NULL,
    sha256     TEXT NOT NULL,
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What people and rules say (design 3). A cleared flag stays as history.
CREATE TABLE flags (
    id         {{ID}},
    kind       TEXT NOT NULL,
    level      TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    category   TEXT NOT NULL DEFAULT '',
    reason     TEXT NOT NULL DEFAULT '',
    note       TEXT NOT NULL DEFAULT '',             -- private
    url        TEXT NOT NULL DEFAULT '',
    successors TEXT NOT NULL DEFAULT '[]',
    side       TEXT NOT NULL,
    set_by     TEXT NOT NULL,
    set_at     BIGINT NOT NULL,
    until      BIGINT NOT NULL DEFAULT 0,
    cleared_by TEXT NOT NULL DEFAULT '',
    cleared_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX flags_subject ON flags (level, subject_id);
CREATE UNIQUE INDEX flags_standing ON flags (level, subject_id, kind) WHERE cleared_at = 0;

CREATE TABLE journal (
    serial  BIGINT PRIMARY KEY,
    name    {{CTEXT}} NOT NULL,
    version TEXT NOT NULL DEFAULT '',
    action  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX journal_name ON journal (name, serial);

-- The audit log, append-only (X-6).
CREATE TABLE events (
    id         {{ID}},
    at         BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor      TEXT NOT NULL,
    token_id   TEXT NOT NULL DEFAULT '',
    address    TEXT NOT NULL DEFAULT '',             -- keyed hash, never the address
    user_agent TEXT NOT NULL DEFAULT '',
    action     TEXT NOT NULL,
    object     {{CTEXT}} NOT NULL,
    before     TEXT NOT NULL DEFAULT '',
    after      TEXT NOT NULL DEFAULT '',
    reason     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX events_object ON events (object, id);

-- Queued work, written in the transaction of the change that causes it.
CREATE TABLE jobs (
    id         {{ID}},
    kind       TEXT NOT NULL,
    args       TEXT NOT NULL,
    dedupe     TEXT UNIQUE,                          -- at most one waiting job a key
    run_at     BIGINT NOT NULL,
    attempts   BIGINT NOT NULL DEFAULT 0,
    leased_to  BIGINT NOT NULL DEFAULT 0,            -- a worker has it until then
    last_error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);
CREATE INDEX jobs_due ON jobs (run_at);

-- Run-time switches of the administrators (FN-4).
CREATE TABLE switches (
    name   TEXT PRIMARY KEY,
    note   TEXT NOT NULL DEFAULT '',
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

-- Rate limit counters, flushed once a second.
CREATE TABLE rate_limits (
    key        TEXT PRIMARY KEY,
    used       BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE rate_limits;
DROP TABLE switches;
DROP TABLE jobs;
DROP TABLE events;
DROP TABLE journal;
DROP TABLE flags;
DROP TABLE filename_registry;
DROP TABLE files;
DROP TABLE blobs;
DROP TABLE version_registry;
DROP TABLE release_metadata;
DROP TABLE releases;
DROP TABLE roles;
DROP TABLE projects;
DROP TABLE names;
DROP TABLE tokens;
DROP TABLE emails;
DROP TABLE users;
DROP TABLE serial;
DROP TABLE instance;
