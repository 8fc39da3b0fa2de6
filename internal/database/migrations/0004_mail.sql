-- +goose Up
-- News that a person wants no mail about. Whatever is not here is wanted.
CREATE TABLE mail_unwanted (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,                           -- notify.Kind
    PRIMARY KEY (user_id, kind)
);

-- +goose Down
DROP TABLE mail_unwanted;
