-- Keys that change, and patients that are forgotten. See Docs/Operations/keys.md.

-- The master key that takes the place of the present one, while `tarn keys rotate` wraps everything anew.
ALTER TABLE lake ADD COLUMN next_master_key_id text;

-- Secrets of the lake itself, wrapped by the master key. What follows from them stays when the master key changes.
CREATE TABLE lake_secret (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text  NOT NULL UNIQUE,
    wrapped  bytea NOT NULL
);

-- What stays of a patient who was erased: that it was done, by whom, when and why, and how much of it there was. The
-- code is a keyed hash. Erasing goes on from `state` after a crash: bytes in segments, traces in the database's
-- own files, copies in archives.
CREATE TABLE subject_tombstone (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id  bigint      NOT NULL REFERENCES project (id),
    code_hash   bytea       NOT NULL CHECK (octet_length(code_hash) = 32),
    erased_by   bigint      NOT NULL REFERENCES account (id),
    erased_at   timestamptz NOT NULL DEFAULT now(),
    reason      text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    counts      jsonb       NOT NULL,
    state       text        NOT NULL DEFAULT 'bytes' CHECK (state IN ('bytes', 'traces', 'copies', 'done')),
    transaction text        NOT NULL DEFAULT pg_current_xact_id()::text,
    unswept     text[]      NOT NULL DEFAULT '{}',       -- tables too large to be written anew at once
    done_at     timestamptz,
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);
CREATE INDEX subject_tombstone_code ON subject_tombstone (project_id, code_hash, id);
CREATE INDEX subject_tombstone_open ON subject_tombstone (id) WHERE state <> 'done';

-- Blobs of such a patient that are still to be erased.
CREATE TABLE erasure_blob (
    tombstone_id  bigint NOT NULL REFERENCES subject_tombstone (id),
    segment       bigint NOT NULL,
    byte_offset   bigint NOT NULL,
    length        bigint NOT NULL,
    PRIMARY KEY (tombstone_id, segment, byte_offset)
);

CREATE INDEX held_study     ON held (study_key_id);
CREATE INDEX conflict_study ON conflict (study_key_id);

-- Entries whose files were erased since: the archive cannot be made any more.
ALTER TABLE export ADD COLUMN erased integer NOT NULL DEFAULT 0;

-- The one exception to "append-only": a transaction that erases a patient says so, in these tables and no other. The
-- ledger is not among them.
CREATE FUNCTION is_erasing() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('tarn.erasing', true), '') = 'on'
$$;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_erasing() AND TG_OP <> 'TRUNCATE'
        AND TG_TABLE_NAME IN ('access_event', 'label_commit', 'report', 'report_version') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'P0001';
END
$$;

CREATE OR REPLACE FUNCTION export_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen AND NOT (is_erasing() AND TG_OP = 'UPDATE') THEN RAISE EXCEPTION 'an export does not change'; END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION export_entry_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_erasing() AND TG_OP = 'UPDATE' AND TG_TABLE_NAME IN ('export_entry', 'export_file') THEN RETURN NULL; END IF;
    RAISE EXCEPTION 'an export does not change';
END $$;

CREATE OR REPLACE FUNCTION label_set_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Erasing takes annotations out of the counts and makes no commit.
    IF (NEW.id, NEW.project_id, NEW.name, NEW.description, NEW.created_by, NEW.created_at)
            IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.name, OLD.description, OLD.created_by, OLD.created_at)
        OR NOT (coalesce(NEW.head, 0) = coalesce(OLD.head, 0) + 1
            OR (is_erasing() AND NEW.head IS NOT DISTINCT FROM OLD.head)) THEN
        RAISE EXCEPTION 'a label set only takes the next commit';
    END IF;
    RETURN NEW;
END $$;

-- Commits outlive the studies they were about: what they held is taken out, and the digest over it stays, so the
-- history is still one chain.
ALTER TABLE label_commit DROP CONSTRAINT label_commit_study_id_fkey;
ALTER TABLE label_commit ADD COLUMN erased boolean NOT NULL DEFAULT false;
DO $$
BEGIN
    EXECUTE (SELECT format('ALTER TABLE label_commit DROP CONSTRAINT %I', conname) FROM pg_constraint
        WHERE conrelid = 'label_commit'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%sha256%');
END $$;
ALTER TABLE label_commit ADD CONSTRAINT label_commit_content
    CHECK (erased OR content_digest = sha256(convert_to(content, 'UTF8')));
CREATE FUNCTION label_commit_has_study() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM study WHERE id = NEW.study_id FOR KEY SHARE;
    IF NOT FOUND THEN RAISE EXCEPTION 'there is no such study' USING ERRCODE = 'foreign_key_violation'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER label_commit_study BEFORE INSERT ON label_commit FOR EACH ROW EXECUTE FUNCTION label_commit_has_study();
