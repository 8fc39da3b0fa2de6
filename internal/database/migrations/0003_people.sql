-- +goose Up
-- People: what an account has beside its name, how it signs in, and what it may
-- do where. A grant ends with its reason by foreign keys, not by care (P29).

ALTER TABLE users ADD COLUMN name TEXT NOT NULL DEFAULT '';                  -- as shown, may be empty
ALTER TABLE users ADD COLUMN password_at BIGINT NOT NULL DEFAULT 0;          -- when it was set
ALTER TABLE users ADD COLUMN password_off TEXT NOT NULL DEFAULT '';          -- why the password is refused, see index.PasswordOff
ALTER TABLE users ADD COLUMN held_until BIGINT NOT NULL DEFAULT 0;           -- no new tokens or roles until then (MFA-7)
ALTER TABLE users ADD COLUMN closed_at BIGINT NOT NULL DEFAULT 0;            -- the person closed the account; the name stays
ALTER TABLE users ADD COLUMN last_login_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN superuser_source TEXT NOT NULL DEFAULT '';      -- who made it administrator: '' a person, else the source of an identity

ALTER TABLE emails ADD COLUMN public SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE emails ADD COLUMN unverified_why TEXT NOT NULL DEFAULT '';       -- why it lost its verification
ALTER TABLE emails ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;

-- Browser logins. The cookie holds the secret whose SHA-256 is the key.
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
CREATE INDEX logins_user ON logins (user_id);
CREATE INDEX logins_expiry ON logins (expires_at);

-- Single-use secrets that somebody was given: links in mails, invitations,
-- half-finished sign-ins, challenges. Redeeming one is deleting its row, so of
-- many at once exactly one succeeds (P30).
CREATE TABLE tickets (
    hash       TEXT PRIMARY KEY,                     -- SHA-256 of the secret
    kind       TEXT NOT NULL,                        -- index.TicketKind
    user_id    BIGINT REFERENCES users (id) ON DELETE CASCADE,
    subject    TEXT NOT NULL DEFAULT '',             -- what it is about: an address, a login's hash …
    sealed     TEXT NOT NULL DEFAULT '',             -- its data, encrypted, base64
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX tickets_user ON tickets (user_id, kind);
CREATE INDEX tickets_expiry ON tickets (expires_at);

-- Second factors: TOTP generators and WebAuthn keys.
CREATE TABLE factors (
    id            {{ID}},
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

CREATE TABLE recovery_codes (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash    TEXT NOT NULL,
    used_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, hash)
);

-- Browsers that signed in before: the cookie holds the secret of the hash.
CREATE TABLE devices (
    id            {{ID}},
    user_id       BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash          TEXT NOT NULL UNIQUE,
    user_agent    TEXT NOT NULL DEFAULT '',
    address       TEXT NOT NULL DEFAULT '',          -- keyed hash, of the last use
    trusted_until BIGINT NOT NULL DEFAULT 0,         -- no second factor until then (MFA-9)
    created_at    BIGINT NOT NULL,
    seen_at       BIGINT NOT NULL
);
CREATE INDEX devices_user ON devices (user_id);

-- Who an account is elsewhere: OIDC subjects, LDAP names.
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

-- Networks nobody may call from; asked before any credential is read.
CREATE TABLE bans (
    network    TEXT PRIMARY KEY,                     -- CIDR
    reason     TEXT NOT NULL DEFAULT '',
    set_by     TEXT NOT NULL,
    set_at     BIGINT NOT NULL,
    until      BIGINT NOT NULL DEFAULT 0
);

ALTER TABLE tokens ADD COLUMN project_id BIGINT REFERENCES projects (id) ON DELETE CASCADE; -- NULL: all of the user's projects
ALTER TABLE tokens ADD COLUMN permissions TEXT NOT NULL DEFAULT '';          -- comma separated, '' for what a token of PyPI may: upload and read
ALTER TABLE tokens ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;

ALTER TABLE projects ADD COLUMN private SMALLINT NOT NULL DEFAULT 0;         -- readable with a role only
CREATE INDEX projects_private ON projects (name) WHERE private = 1;

CREATE TABLE organizations (
    id           {{ID}},
    uid          TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    name_key     {{CTEXT}} NOT NULL UNIQUE,          -- lower case
    display_name TEXT NOT NULL DEFAULT '',
    url          TEXT NOT NULL DEFAULT '',
    description  TEXT NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL
);

CREATE TABLE organization_members (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role            TEXT NOT NULL,                   -- Owner, Manager, Member
    source          TEXT NOT NULL DEFAULT '',        -- who gave it: '' a person, else the source of an identity, which takes it back
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_members_user ON organization_members (user_id);

-- A project belongs to one organization at most.
CREATE TABLE organization_projects (
    project_id      BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    UNIQUE (project_id, organization_id)
);
CREATE INDEX organization_projects_organization ON organization_projects (organization_id);

CREATE TABLE teams (
    id              {{ID}},
    uid             TEXT NOT NULL UNIQUE,            -- never given twice: what the audit log names
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    name_key        {{CTEXT}} NOT NULL,
    created_at      BIGINT NOT NULL,
    UNIQUE (organization_id, name_key),
    UNIQUE (id, organization_id)
);

-- Who leaves the organization leaves its teams.
CREATE TABLE team_members (
    team_id         BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    user_id         BIGINT NOT NULL,
    PRIMARY KEY (team_id, user_id),
    FOREIGN KEY (team_id, organization_id) REFERENCES teams (id, organization_id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX team_members_user ON team_members (user_id);
CREATE INDEX team_members_member ON team_members (organization_id, user_id);

-- A project that leaves the organization leaves its teams' hands.
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

-- Offers of a role, until somebody accepts or declines. Redeeming one is
-- deleting its row (P30); it ends with what it is to, with who it is for, and
-- with who made it.
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
CREATE INDEX invitations_user ON invitations (user_id);
CREATE INDEX invitations_inviter ON invitations (invited_by);

-- Every reason for which somebody has a role in a project: given to the person,
-- to a team the person is in, or by what the person is in the organization.
CREATE VIEW project_grants AS
    SELECT project_id, user_id, role, 'person' AS source, CAST(0 AS BIGINT) AS team_id FROM roles
    UNION ALL
    SELECT r.project_id, m.user_id, r.role, 'team', r.team_id
        FROM team_roles r JOIN team_members m ON m.team_id = r.team_id
    UNION ALL
    SELECT o.project_id, m.user_id, 'Owner', 'organization', 0
        FROM organization_projects o JOIN organization_members m ON m.organization_id = o.organization_id
        WHERE m.role IN ('Owner', 'Manager');

CREATE INDEX events_actor ON events (actor, id);

-- +goose Down
DROP INDEX events_actor;
DROP VIEW project_grants;
DROP TABLE invitations;
DROP TABLE team_roles;
DROP TABLE team_members;
DROP TABLE teams;
DROP TABLE organization_projects;
DROP TABLE organization_members;
DROP TABLE organizations;
DROP INDEX projects_private;
ALTER TABLE projects DROP COLUMN private;
ALTER TABLE tokens DROP COLUMN expires_at;
ALTER TABLE tokens DROP COLUMN permissions;
ALTER TABLE tokens DROP COLUMN project_id;
DROP TABLE bans;
DROP TABLE identities;
DROP TABLE devices;
DROP TABLE recovery_codes;
DROP TABLE factors;
DROP TABLE tickets;
DROP TABLE logins;
ALTER TABLE emails DROP COLUMN created_at;
ALTER TABLE emails DROP COLUMN unverified_why;
ALTER TABLE emails DROP COLUMN public;
ALTER TABLE users DROP COLUMN superuser_source;
ALTER TABLE users DROP COLUMN last_login_at;
ALTER TABLE users DROP COLUMN closed_at;
ALTER TABLE users DROP COLUMN held_until;
ALTER TABLE users DROP COLUMN password_off;
ALTER TABLE users DROP COLUMN password_at;
ALTER TABLE users DROP COLUMN name;
