-- The schema that the migrations make, as SQLite has it. Generated: go test ./internal/database -run TestSchema -update

CREATE TABLE acts (
    id        INTEGER PRIMARY KEY,
    uid       TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL,                         -- index.ActKind
    object    TEXT NOT NULL,                         -- as in events
    name      TEXT NOT NULL DEFAULT '',         -- normalised project name, '' for none
    reason    TEXT NOT NULL DEFAULT '',
    effects   TEXT NOT NULL DEFAULT '{}',            -- JSON: what it changed beside the flags of its uid
    automatic SMALLINT NOT NULL DEFAULT 0,
    silent    SMALLINT NOT NULL DEFAULT 0,           -- the owners were not told
    actor     TEXT NOT NULL,
    at        BIGINT NOT NULL,
    undone_by TEXT NOT NULL DEFAULT '',
    undone_at BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX acts_name ON acts (name, id);

CREATE TABLE bans (
    network    TEXT PRIMARY KEY,                     -- CIDR
    reason     TEXT NOT NULL DEFAULT '',
    set_by     TEXT NOT NULL,
    set_at     BIGINT NOT NULL,
    until      BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE blobs (
    sha256     TEXT PRIMARY KEY,
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    condemned_at BIGINT NOT NULL DEFAULT 0           -- the sweep is about to unlink it
, purged_at BIGINT NOT NULL DEFAULT 0);

CREATE TABLE devices (
    id            INTEGER PRIMARY KEY,
    user_id       BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash          TEXT NOT NULL UNIQUE,
    user_agent    TEXT NOT NULL DEFAULT '',
    address       TEXT NOT NULL DEFAULT '',          -- keyed hash, of the last use
    trusted_until BIGINT NOT NULL DEFAULT 0,         -- no second factor until then (MFA-9)
    created_at    BIGINT NOT NULL,
    seen_at       BIGINT NOT NULL
);

CREATE INDEX devices_user ON devices (user_id);

CREATE TABLE docs_redirects (
    project_id BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    url        TEXT NOT NULL,
    keep_path  SMALLINT NOT NULL DEFAULT 1,
    permanent  SMALLINT NOT NULL DEFAULT 0,
    set_by     TEXT NOT NULL,
    set_at     BIGINT NOT NULL
);

CREATE TABLE downloads (
    file_id    BIGINT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    day        BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    PRIMARY KEY (file_id, day)
);

CREATE TABLE emails (
    id         INTEGER PRIMARY KEY,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    address_key TEXT NOT NULL UNIQUE,
    is_primary SMALLINT NOT NULL,
    verified   SMALLINT NOT NULL
, public SMALLINT NOT NULL DEFAULT 0, unverified_why TEXT NOT NULL DEFAULT '', created_at BIGINT NOT NULL DEFAULT 0);

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

CREATE INDEX events_actor ON events (actor, id);

CREATE INDEX events_object ON events (object, id);

CREATE TABLE factors (
    id            INTEGER PRIMARY KEY,
    user_id       BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL,                     -- totp, webauthn
    label         TEXT NOT NULL,
    secret        TEXT NOT NULL DEFAULT '',          -- TOTP: sealed, base64
    last_step     BIGINT NOT NULL DEFAULT 0,         -- TOTP: the newest time step that was accepted (MFA-2)
    credential_id TEXT UNIQUE,                       -- WebAuthn: base64url
    public_key    TEXT NOT NULL DEFAULT '',          -- WebAuthn: COSE key, base64
    sign_count    BIGINT NOT NULL DEFAULT 0,
    transports    TEXT NOT NULL DEFAULT '',          -- comma separated
    attributes    TEXT NOT NULL DEFAULT '',          -- JSON: aaguid, backup flags
    passkey       SMALLINT NOT NULL DEFAULT 0,       -- may sign in without a password
    created_at    BIGINT NOT NULL,
    last_used_at  BIGINT NOT NULL DEFAULT 0,
    UNIQUE (user_id, label)
);

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
, purged_at BIGINT NOT NULL DEFAULT 0, purge_category TEXT NOT NULL DEFAULT '');

CREATE INDEX files_live ON files (project_id) WHERE withdrawn = 0;

CREATE INDEX files_metadata ON files (metadata_sha256);

CREATE INDEX files_project ON files (project_id);

CREATE INDEX files_release ON files (release_id, packagetype);

CREATE INDEX files_sha256 ON files (sha256);

CREATE INDEX files_uploader ON files (uploaded_by, uploaded_at) WHERE uploaded_by <> 0;

CREATE TABLE flag_owners (
    flag_id BIGINT NOT NULL REFERENCES flags (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (flag_id, user_id)
);

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
, details TEXT NOT NULL DEFAULT '', from_at BIGINT NOT NULL DEFAULT 0, starts_at BIGINT NOT NULL DEFAULT 0, restorable_until BIGINT NOT NULL DEFAULT 0, rule_id BIGINT NOT NULL DEFAULT 0, act TEXT NOT NULL DEFAULT '');

CREATE INDEX flags_kind ON flags (kind, level) WHERE cleared_at = 0;

CREATE UNIQUE INDEX flags_standing ON flags (level, subject_id, kind) WHERE cleared_at = 0;

CREATE INDEX flags_subject ON flags (level, subject_id);

CREATE INDEX flags_timed ON flags (until) WHERE cleared_at = 0 AND until <> 0;

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

CREATE TABLE idempotency_keys (
    key        TEXT PRIMARY KEY,                     -- SHA-256 of who asked and the key
    request    TEXT NOT NULL,                        -- SHA-256 of method, address and body
    status     BIGINT NOT NULL DEFAULT 0,            -- 0: still at work
    answer     TEXT NOT NULL DEFAULT '',             -- JSON: header fields and body
    created_at BIGINT NOT NULL
);

CREATE INDEX idempotency_age ON idempotency_keys (created_at);

CREATE TABLE identities (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source     TEXT NOT NULL,                        -- oidc, ldap
    label      TEXT NOT NULL DEFAULT '',             -- the user name there, at the last sign-in
    factor     SMALLINT NOT NULL DEFAULT 0,          -- the last sign-in proved a second factor there (MFA-13)
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (issuer, subject)
);

CREATE INDEX identities_user ON identities (user_id);

CREATE TABLE instance (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE invitations (
    hash            TEXT PRIMARY KEY,                -- SHA-256 of the secret that was mailed
    project_id      BIGINT REFERENCES projects (id) ON DELETE CASCADE,
    organization_id BIGINT REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         BIGINT REFERENCES users (id) ON DELETE CASCADE,   -- NULL: who has the address verified
    address         TEXT NOT NULL DEFAULT '',
    role            TEXT NOT NULL DEFAULT '',
    invited_by      BIGINT REFERENCES users (id) ON DELETE CASCADE,  -- NULL: the operator
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    UNIQUE (project_id, user_id),
    UNIQUE (organization_id, user_id)
);

CREATE INDEX invitations_inviter ON invitations (invited_by);

CREATE INDEX invitations_user ON invitations (user_id);

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
, flag_id BIGINT NOT NULL DEFAULT 0);

CREATE INDEX journal_flags ON journal (serial) WHERE flag_id <> 0;

CREATE INDEX journal_name ON journal (name, serial);

CREATE TABLE labels (
    key        TEXT PRIMARY KEY,
    public     SMALLINT NOT NULL DEFAULT 0,
    colour     TEXT NOT NULL DEFAULT '',
    text       TEXT NOT NULL DEFAULT '',
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE logins (
    hash        TEXT PRIMARY KEY,
    user_id     BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    method      TEXT NOT NULL,                       -- index.LoginMethod
    device_id   BIGINT NOT NULL DEFAULT 0,
    address     TEXT NOT NULL DEFAULT '',            -- keyed hash
    user_agent  TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    proven_at   BIGINT NOT NULL,                     -- last proof of who it is: the re-authentication clock (MFA-10)
    seen_at     BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);

CREATE INDEX logins_expiry ON logins (expires_at);

CREATE INDEX logins_user ON logins (user_id);

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
, message TEXT NOT NULL DEFAULT '', successors TEXT NOT NULL DEFAULT '[]');

CREATE INDEX names_look_alike ON names (look_alike);

CREATE TABLE organization_members (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role            TEXT NOT NULL,                   -- Owner, Manager, Member
    source          TEXT NOT NULL DEFAULT '',        -- who gave it: '' a person, else the source of an identity, which takes it back
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);

CREATE INDEX organization_members_user ON organization_members (user_id);

CREATE TABLE organization_projects (
    project_id      BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    UNIQUE (project_id, organization_id)
);

CREATE INDEX organization_projects_organization ON organization_projects (organization_id);

CREATE TABLE organizations (
    id           INTEGER PRIMARY KEY,
    uid          TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    name_key     TEXT NOT NULL UNIQUE,          -- lower case
    display_name TEXT NOT NULL DEFAULT '',
    url          TEXT NOT NULL DEFAULT '',
    description  TEXT NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL
);

CREATE TABLE project_downloads (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    day        BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    PRIMARY KEY (project_id, day)
);

CREATE VIEW project_grants AS
    SELECT project_id, user_id, role, 'person' AS source, CAST(0 AS BIGINT) AS team_id FROM roles
    UNION ALL
    SELECT r.project_id, m.user_id, r.role, 'team', r.team_id
        FROM team_roles r JOIN team_members m ON m.team_id = r.team_id
    UNION ALL
    SELECT o.project_id, m.user_id, 'Owner', 'organization', 0
        FROM organization_projects o JOIN organization_members m ON m.organization_id = o.organization_id
        WHERE m.role IN ('Owner', 'Manager');

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
, private SMALLINT NOT NULL DEFAULT 0, docs_prefix TEXT NOT NULL DEFAULT '');

CREATE INDEX projects_created ON projects (created_at);

CREATE INDEX projects_creator ON projects (created_by, created_at);

CREATE INDEX projects_live ON projects (name, last_serial) WHERE withdrawn = 0;

CREATE INDEX projects_name ON projects (name);

CREATE INDEX projects_private ON projects (name) WHERE private = 1;

CREATE TABLE rate_limits (
    key        TEXT PRIMARY KEY,
    used       BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash    TEXT NOT NULL,
    used_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE release_metadata (
    release_id BIGINT PRIMARY KEY REFERENCES releases (id) ON DELETE CASCADE,
    metadata   TEXT NOT NULL                         -- coremeta.Metadata as JSON
);

CREATE TABLE release_rules (
    id           INTEGER PRIMARY KEY,
    project_id   BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL,                      -- index.FlagKind
    specifier    TEXT NOT NULL,                      -- PEP 440
    category     TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',
    url          TEXT NOT NULL DEFAULT '',
    successors   TEXT NOT NULL DEFAULT '[]',
    starts_at    BIGINT NOT NULL DEFAULT 0,
    later        SMALLINT NOT NULL DEFAULT 0,        -- matching releases that are uploaded later get the flag too
    set_by       TEXT NOT NULL,
    set_at       BIGINT NOT NULL,
    cleared_by   TEXT NOT NULL DEFAULT '',
    cleared_at   BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX release_rules_project ON release_rules (project_id) WHERE cleared_at = 0;

CREATE TABLE releases (
    id          INTEGER PRIMARY KEY,
    project_id  BIGINT NOT NULL REFERENCES projects (id),
    version     TEXT NOT NULL,
    canonical   TEXT NOT NULL,
    prerelease  SMALLINT NOT NULL,
    summary     TEXT NOT NULL DEFAULT '',
    standing    TEXT NOT NULL DEFAULT '',
    withdrawn   SMALLINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL, open_until BIGINT NOT NULL DEFAULT 0,                     -- never moves (SD-13)
    UNIQUE (project_id, canonical)
);

CREATE INDEX releases_created ON releases (created_at);

CREATE INDEX releases_live ON releases (project_id) WHERE withdrawn = 0;

CREATE TABLE reports (
    id           INTEGER PRIMARY KEY,
    uid          TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,                 -- normalised project name
    version      TEXT NOT NULL DEFAULT '',
    filename     TEXT NOT NULL DEFAULT '',
    sha256       TEXT NOT NULL DEFAULT '',
    kind         TEXT NOT NULL,                      -- index.ReportKind
    text         TEXT NOT NULL DEFAULT '',
    path         TEXT NOT NULL DEFAULT '',           -- the member that is meant
    line         BIGINT NOT NULL DEFAULT 0,
    url          TEXT NOT NULL DEFAULT '',           -- evidence elsewhere
    reporter_id  BIGINT NOT NULL DEFAULT 0,          -- 0: without an account, or a rule
    reporter     TEXT NOT NULL DEFAULT '',
    sealed_email TEXT NOT NULL DEFAULT '',           -- of who has no account
    trusted      SMALLINT NOT NULL DEFAULT 0,        -- the reporter was trusted then
    address      TEXT NOT NULL DEFAULT '',           -- keyed hash
    state        TEXT NOT NULL,                      -- index.ReportState
    downloads    BIGINT NOT NULL DEFAULT 0,          -- of the project in the 30 days before
    uploaded_at  BIGINT NOT NULL DEFAULT 0,          -- the newest upload then (SN-16)
    created_at   BIGINT NOT NULL,
    decided_by   TEXT NOT NULL DEFAULT '',
    decided_at   BIGINT NOT NULL DEFAULT 0,
    note         TEXT NOT NULL DEFAULT '',           -- private
    act          TEXT NOT NULL DEFAULT ''            -- acts.uid
);

CREATE INDEX reports_name ON reports (name, id);

CREATE INDEX reports_open ON reports (created_at) WHERE state = 'received';

CREATE INDEX reports_reporter ON reports (reporter_id, created_at);

CREATE TABLE roles (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);

CREATE INDEX roles_user ON roles (user_id);

CREATE TABLE search_docs (
    project_id  BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    version     TEXT NOT NULL DEFAULT '',            -- of the release that is shown, empty for none
    summary     TEXT NOT NULL DEFAULT '',
    released_at BIGINT NOT NULL DEFAULT 0            -- its first file that is there
);

CREATE VIRTUAL TABLE search_names USING fts5(name, content='', contentless_delete=1, tokenize='unicode61', prefix='2 3');

CREATE TABLE search_progress (
    one    SMALLINT PRIMARY KEY,
    serial BIGINT NOT NULL,                          -- changes up to it are in the index
    built  BIGINT NOT NULL
);

CREATE VIRTUAL TABLE search_words USING fts5(name, about, body, content='', contentless_delete=1, tokenize='unicode61', prefix='2 3');

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

CREATE TABLE team_members (
    team_id         BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    user_id         BIGINT NOT NULL,
    PRIMARY KEY (team_id, user_id),
    FOREIGN KEY (team_id, organization_id) REFERENCES teams (id, organization_id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);

CREATE INDEX team_members_member ON team_members (organization_id, user_id);

CREATE INDEX team_members_user ON team_members (user_id);

CREATE TABLE team_roles (
    team_id         BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    project_id      BIGINT NOT NULL,
    role            TEXT NOT NULL,                   -- index.RoleName
    PRIMARY KEY (team_id, project_id),
    FOREIGN KEY (team_id, organization_id) REFERENCES teams (id, organization_id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, organization_id) REFERENCES organization_projects (project_id, organization_id) ON DELETE CASCADE
);

CREATE INDEX team_roles_project ON team_roles (project_id);

CREATE TABLE teams (
    id              INTEGER PRIMARY KEY,
    uid             TEXT NOT NULL UNIQUE,            -- never given twice: what the audit log names
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    UNIQUE (organization_id, name_key),
    UNIQUE (id, organization_id)
);

CREATE TABLE tickets (
    hash       TEXT PRIMARY KEY,                     -- SHA-256 of the secret
    kind       TEXT NOT NULL,                        -- index.TicketKind
    user_id    BIGINT REFERENCES users (id) ON DELETE CASCADE,
    subject    TEXT NOT NULL DEFAULT '',             -- what it is about: an address, a login's hash …
    sealed     TEXT NOT NULL DEFAULT '',             -- its data, encrypted, base64
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX tickets_expiry ON tickets (expires_at);

CREATE INDEX tickets_user ON tickets (user_id, kind);

CREATE TABLE tokens (
    id           TEXT PRIMARY KEY,                   -- UUID, the macaroon's identifier
    user_id      BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    description  TEXT NOT NULL,
    sealed_key   TEXT NOT NULL,                      -- root key, sealed, base64
    caveats      TEXT NOT NULL DEFAULT '[]',         -- JSON list of caveats the server adds (T-06)
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL DEFAULT 0,
    revoked_at   BIGINT NOT NULL DEFAULT 0
, project_id BIGINT REFERENCES projects (id) ON DELETE CASCADE, permissions TEXT NOT NULL DEFAULT '', expires_at BIGINT NOT NULL DEFAULT 0);

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
, name TEXT NOT NULL DEFAULT '', password_at BIGINT NOT NULL DEFAULT 0, password_off TEXT NOT NULL DEFAULT '', held_until BIGINT NOT NULL DEFAULT 0, closed_at BIGINT NOT NULL DEFAULT 0, last_login_at BIGINT NOT NULL DEFAULT 0, superuser_source TEXT NOT NULL DEFAULT '', moderator SMALLINT NOT NULL DEFAULT 0, trusted_reporter SMALLINT NOT NULL DEFAULT 0);

CREATE TABLE version_registry (
    name       TEXT NOT NULL REFERENCES names (name),
    canonical  TEXT NOT NULL,
    project_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (name, canonical)
);

