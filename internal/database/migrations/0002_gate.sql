-- +goose Up
-- What administrators know to be bad, or to be wrongly taken for it. A rule
-- that is removed is gone; the audit log remembers it.
CREATE TABLE gate_rules (
    id         {{ID}},
    kind       TEXT NOT NULL,                        -- index.GateRuleKind
    pattern    {{CTEXT}} NOT NULL,
    action     TEXT NOT NULL,                        -- index.GateAction
    reason     TEXT NOT NULL DEFAULT '',             -- public: the publisher reads it
    set_by     TEXT NOT NULL,
    set_at     BIGINT NOT NULL,
    UNIQUE (kind, pattern)
);

-- What the gate found in a file that it accepted, for its owners.
CREATE TABLE file_reports (
    file_id  BIGINT PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    warnings TEXT NOT NULL DEFAULT '[]',             -- JSON list of sentences
    platform TEXT NOT NULL DEFAULT ''                -- the smallest platform tag it could carry (PT-7)
);

-- +goose Down
DROP TABLE file_reports;
DROP TABLE gate_rules;
