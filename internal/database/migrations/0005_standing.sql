-- +goose Up
-- What is withdrawn says why, and nothing is lost: more of what a flag says, deletions that can be undone, reports and
-- what moderators did, counts of downloads, and where old documentation went.

ALTER TABLE flags ADD COLUMN details TEXT NOT NULL DEFAULT '';               -- longer public text
ALTER TABLE flags ADD COLUMN from_at BIGINT NOT NULL DEFAULT 0;              -- in effect from then; 0: at once (ST-11)
ALTER TABLE flags ADD COLUMN starts_at BIGINT NOT NULL DEFAULT 0;            -- as from_at while that is to come, then 0
ALTER TABLE flags ADD COLUMN restorable_until BIGINT NOT NULL DEFAULT 0;     -- of deletions, for owners (SD-1)
ALTER TABLE flags ADD COLUMN rule_id BIGINT NOT NULL DEFAULT 0;              -- the release rule that set it (ST-9)
ALTER TABLE flags ADD COLUMN act TEXT NOT NULL DEFAULT '';                   -- acts.uid: what it is undone with
CREATE INDEX flags_timed ON flags (until) WHERE cleared_at = 0 AND until <> 0;
CREATE INDEX flags_kind ON flags (kind, level) WHERE cleared_at = 0;

ALTER TABLE journal ADD COLUMN flag_id BIGINT NOT NULL DEFAULT 0;            -- the flag that was set or cleared
CREATE INDEX journal_flags ON journal (serial) WHERE flag_id <> 0;

-- Who owned what was deleted when it was: they, and nobody who came later, may restore it (SD-18).
CREATE TABLE flag_owners (
    flag_id BIGINT NOT NULL REFERENCES flags (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (flag_id, user_id)
);

-- A release rule sets a flag on the releases that a specifier set matches (ST-9).
CREATE TABLE release_rules (
    id           {{ID}},
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

-- Labels are flags that administrators define; nothing behaves differently for one (ST-12).
CREATE TABLE labels (
    key        {{CTEXT}} PRIMARY KEY,
    public     SMALLINT NOT NULL DEFAULT 0,
    colour     TEXT NOT NULL DEFAULT '',
    text       TEXT NOT NULL DEFAULT '',
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Purged: the bytes are gone for good, the row stays (SD-21).
ALTER TABLE files ADD COLUMN purged_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN purge_category TEXT NOT NULL DEFAULT '';
ALTER TABLE blobs ADD COLUMN purged_at BIGINT NOT NULL DEFAULT 0;            -- the bytes of purged files are gone; condemned_at is set too

CREATE INDEX files_uploader ON files (uploaded_by, uploaded_at) WHERE uploaded_by <> 0; -- what else an account uploaded

ALTER TABLE releases ADD COLUMN open_until BIGINT NOT NULL DEFAULT 0;        -- takes new files until then though it is old (SD-14)

-- What is said to somebody who asks for a name that nobody has (ST-6).
ALTER TABLE names ADD COLUMN message TEXT NOT NULL DEFAULT '';
ALTER TABLE names ADD COLUMN successors TEXT NOT NULL DEFAULT '[]';

-- Reports of people and alarms of rules. They outlive what they are about (SN-14).
CREATE TABLE reports (
    id           {{ID}},
    uid          TEXT NOT NULL UNIQUE,
    name         {{CTEXT}} NOT NULL,                 -- normalised project name
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

-- What moderators and rules did, with everything that undoing it needs.
CREATE TABLE acts (
    id        {{ID}},
    uid       TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL,                         -- index.ActKind
    object    TEXT NOT NULL,                         -- as in events
    name      {{CTEXT}} NOT NULL DEFAULT '',         -- normalised project name, '' for none
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

ALTER TABLE users ADD COLUMN moderator SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN trusted_reporter SMALLINT NOT NULL DEFAULT 0;

-- Downloads by file and day (days since 1970), counted in memory and added up every few seconds.
CREATE TABLE downloads (
    file_id    BIGINT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    day        BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    PRIMARY KEY (file_id, day)
);
CREATE TABLE project_downloads (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    day        BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    PRIMARY KEY (project_id, day)
);

-- Old hosted documentation: what was stored under which name, and where it redirects to (DR-1 … DR-10).
ALTER TABLE projects ADD COLUMN docs_prefix TEXT NOT NULL DEFAULT '';        -- '' for none
CREATE TABLE docs_redirects (
    project_id BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    url        TEXT NOT NULL,
    keep_path  SMALLINT NOT NULL DEFAULT 1,
    permanent  SMALLINT NOT NULL DEFAULT 0,
    set_by     TEXT NOT NULL,
    set_at     BIGINT NOT NULL
);

-- Answers that are given again when a program repeats a request with the same key.
CREATE TABLE idempotency_keys (
    key        TEXT PRIMARY KEY,                     -- SHA-256 of who asked and the key
    request    TEXT NOT NULL,                        -- SHA-256 of method, address and body
    status     BIGINT NOT NULL DEFAULT 0,            -- 0: still at work
    answer     TEXT NOT NULL DEFAULT '',             -- JSON: header fields and body
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_age ON idempotency_keys (created_at);

-- +goose Down
DROP TABLE idempotency_keys;
DROP TABLE docs_redirects;
ALTER TABLE projects DROP COLUMN docs_prefix;
DROP TABLE project_downloads;
DROP TABLE downloads;
ALTER TABLE users DROP COLUMN trusted_reporter;
ALTER TABLE users DROP COLUMN moderator;
DROP TABLE acts;
DROP TABLE reports;
ALTER TABLE names DROP COLUMN successors;
ALTER TABLE names DROP COLUMN message;
ALTER TABLE releases DROP COLUMN open_until;
DROP INDEX files_uploader;
ALTER TABLE blobs DROP COLUMN purged_at;
ALTER TABLE files DROP COLUMN purge_category;
ALTER TABLE files DROP COLUMN purged_at;
DROP TABLE labels;
DROP TABLE release_rules;
DROP TABLE flag_owners;
DROP INDEX journal_flags;
ALTER TABLE journal DROP COLUMN flag_id;
DROP INDEX flags_kind;
DROP INDEX flags_timed;
ALTER TABLE flags DROP COLUMN act;
ALTER TABLE flags DROP COLUMN rule_id;
ALTER TABLE flags DROP COLUMN restorable_until;
ALTER TABLE flags DROP COLUMN starts_at;
ALTER TABLE flags DROP COLUMN from_at;
ALTER TABLE flags DROP COLUMN details;
