-- +goose Up
-- The search index: derived from the rest, dropped and built again at will (P12), in no dump. Who may see a project, and
-- whether it is withdrawn, is asked of its own row at each search.

CREATE TABLE search_docs (
    project_id  BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    version     TEXT NOT NULL DEFAULT '',            -- of the release that is shown, empty for none
    summary     TEXT NOT NULL DEFAULT '',
    released_at BIGINT NOT NULL DEFAULT 0            -- its first file that is there
);
{{SEARCHWORDS}}

-- How far the index is. built counts the projects up by their keys while it is made, and is -1 from then on.
CREATE TABLE search_progress (
    one    SMALLINT PRIMARY KEY,
    serial BIGINT NOT NULL,                          -- changes up to it are in the index
    built  BIGINT NOT NULL
);
INSERT INTO search_progress (one, serial, built) VALUES (1, 0, 0);
