-- Keys that change, and patients that are forgotten. See Docs/Operations/keys.md.

-- The master key that takes the place of the present one, while `tarn keys rotate` wraps everything anew.
ALTER TABLE lake ADD COLUMN next_master_key_id text;

-- Secrets of the lake itself, wrapped by the master key. What follows from them stays when the master key changes.
CREATE TABLE lake_secret (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text  NOT NULL UNIQUE,
    wrapped  bytea NOT NULL
);
