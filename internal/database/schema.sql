-- The schema that the migrations make, as SQLite has it. Generated: go test ./internal/database -run TestSchema -update

CREATE TABLE blobs (
    sha256     TEXT PRIMARY KEY,
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    condemned_at BIGINT NOT NULL DEFAULT 0           -- the sweep is about to unlink it
);

CREATE TABLE emails (
    id         INTEGER PRIMARY KEY,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    address_key TEXT NOT NULL UNIQUE,
    is_primary SMALLINT NOT NULL,
    verified   SMALLINT NOT NULL
);

CREATE INDEX emails_user ON emails (user_id);

CREATE TABLE events (
    id         INTEGER PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor      TEXT NOT NULL,
    token_id   TEXT NOT NULL DEFAULT '',
    address    TEXT NOT NULL DEFAULT '',             -- keyed hash, never the address
    user_agent TEXT NOT NULL DEFAULT '',
    action     TEXT NOT NULL,
    object     TEXT NOT NULL,
    before     TEXT NOT NULL DEFAULT '',
    after      TEXT NOT NULL DEFAULT '',
    reason     TEXT NOT NULL DEFAULT ''
);

CREATE INDEX events_object ON events (object, id);

CREATE TABLE file_reports (
    file_id  BIGINT PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    warnings TEXT NOT NULL DEFAULT '[]',             -- JSON list of sentences
    platform TEXT NOT NULL DEFAULT ''                -- the smallest platform tag it could carry (PT-7)
);

CREATE TABLE filename_registry (
    identity   TEXT PRIMARY KEY,
    filename   TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE files (
    id              INTEGER PRIMARY KEY,
    release_id      BIGINT NOT NULL REFERENCES releases (id),
    project_id      BIGINT NOT NULL REFERENCES projects (id),
    filename        TEXT NOT NULL UNIQUE,
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

CREATE INDEX files_metadata ON files (metadata_sha256);

CREATE INDEX files_project ON files (project_id);

CREATE INDEX files_release ON files (release_id, packagetype);

CREATE INDEX files_sha256 ON files (sha256);

CREATE TABLE flags (
    id         INTEGER PRIMARY KEY,
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

CREATE UNIQUE INDEX flags_standing ON flags (level, subject_id, kind) WHERE cleared_at = 0;

CREATE INDEX flags_subject ON flags (level, subject_id);

CREATE TABLE gate_rules (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,                        -- index.GateRuleKind
    pattern    TEXT NOT NULL,
    action     TEXT NOT NULL,                        -- index.GateAction
    reason     TEXT NOT NULL DEFAULT '',             -- public: the publisher reads it
    set_by     TEXT NOT NULL,
    set_at     BIGINT NOT NULL,
    UNIQUE (kind, pattern)
);

CREATE TABLE instance (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY,
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

CREATE TABLE journal (
    serial  BIGINT PRIMARY KEY,
    name    TEXT NOT NULL,
    version TEXT NOT NULL DEFAULT '',
    action  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    at      BIGINT NOT NULL
);

CREATE INDEX journal_name ON journal (name, serial);

CREATE TABLE mail_unwanted (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,                           -- notify.Kind
    PRIMARY KEY (user_id, kind)
);

CREATE TABLE names (
    name       TEXT PRIMARY KEY,                -- PEP 503 normal form
    look_alike TEXT NOT NULL,                   -- N-05
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
    id           INTEGER PRIMARY KEY,
    uid          TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL REFERENCES names (name),
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

CREATE INDEX projects_created ON projects (created_at);

CREATE INDEX projects_creator ON projects (created_by, created_at);

CREATE INDEX projects_live ON projects (name, last_serial) WHERE withdrawn = 0;

CREATE INDEX projects_name ON projects (name);

CREATE TABLE rate_limits (
    key        TEXT PRIMARY KEY,
    used       BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE release_metadata (
    release_id BIGINT PRIMARY KEY REFERENCES releases (id) ON DELETE CASCADE,
    metadata   TEXT NOT NULL                         -- coremeta.Metadata as JSON
);

CREATE TABLE releases (
    id          INTEGER PRIMARY KEY,
    project_id  BIGINT NOT NULL REFERENCES projects (id),
    version     TEXT NOT NULL,
    canonical   TEXT NOT NULL,
    prerelease  SMALLINT NOT NULL,
    summary     TEXT NOT NULL DEFAULT '',
    standing    TEXT NOT NULL DEFAULT '',
    withdrawn   SMALLINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,                     -- never moves (SD-13)
    UNIQUE (project_id, canonical)
);

CREATE INDEX releases_created ON releases (created_at);

CREATE INDEX releases_live ON releases (project_id) WHERE withdrawn = 0;

CREATE TABLE roles (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);

CREATE INDEX roles_user ON roles (user_id);

CREATE TABLE serial (
    one   SMALLINT PRIMARY KEY CHECK (one = 1),
    value BIGINT NOT NULL
);

CREATE TABLE switches (
    name   TEXT PRIMARY KEY,
    note   TEXT NOT NULL DEFAULT '',
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

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

CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    uid           TEXT NOT NULL UNIQUE,
    username      TEXT NOT NULL,
    username_key  TEXT NOT NULL UNIQUE,        -- lower case
    password_hash TEXT NOT NULL DEFAULT '',          -- PHC string
    superuser     SMALLINT NOT NULL DEFAULT 0,
    standing      TEXT NOT NULL DEFAULT '',          -- flags on the user, see index.Standing
    created_at    BIGINT NOT NULL
);

CREATE TABLE version_registry (
    name       TEXT NOT NULL REFERENCES names (name),
    canonical  TEXT NOT NULL,
    project_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (name, canonical)
);

