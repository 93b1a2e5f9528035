-- Subjects that turn out to be one patient, or two; identities that are destroyed while the images stay; originals that
-- are given back. See Docs/Operations/subjects.md.

-- Where studies with this subject's match token land since it was merged. Never a chain: that one is merged into none.
ALTER TABLE subject ADD COLUMN merged_into bigint REFERENCES subject (id);
CREATE INDEX subject_merged_into ON subject (merged_into) WHERE merged_into IS NOT NULL;
-- Its identity was destroyed: nothing is added to it any more.
ALTER TABLE subject ADD COLUMN anonymised_at timestamptz;

-- The subject that the match token named when the study came, wherever the study is now: undoing a merge also takes
-- those along that came since. No reference: it may be erased before the study is.
ALTER TABLE study_key ADD COLUMN home_subject_id bigint;
UPDATE study_key SET home_subject_id = subject_id;
ALTER TABLE study_key ALTER COLUMN home_subject_id SET NOT NULL;
-- Keyed hash of name, birth date and sex; NULL where one is missing. It only ever suggests that two are one.
ALTER TABLE study_key ADD COLUMN person_token bytea CHECK (octet_length(person_token) = 32);
CREATE INDEX study_key_person ON study_key (project_id, person_token) WHERE person_token IS NOT NULL;

ALTER TABLE study ADD COLUMN anonymous boolean NOT NULL DEFAULT false;

-- Versions of who is who. Subjects and studies by number, without references: what was decided outlives them.
CREATE TABLE subject_change (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id  bigint      NOT NULL REFERENCES project (id),
    kind        text        NOT NULL CHECK (kind IN ('merge', 'split', 'apart')),
    subject_id  bigint      NOT NULL,                    -- merged away, split off, or said to be another one
    other_id    bigint      NOT NULL,                    -- merged into, split off from
    subjects    bigint[]    NOT NULL DEFAULT '{}',       -- of a merge: those that were merged into subject_id before
    studies     bigint[]    NOT NULL DEFAULT '{}',       -- that changed hands
    undoes      bigint UNIQUE REFERENCES subject_change (id),
    changed_by  bigint      NOT NULL REFERENCES account (id),
    changed_at  timestamptz NOT NULL DEFAULT now(),
    reason      text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    CHECK (subject_id <> other_id),
    CHECK (undoes IS NULL OR kind = 'split')
);
CREATE INDEX subject_change_subject ON subject_change (subject_id, id);
CREATE INDEX subject_change_other   ON subject_change (other_id, id);

-- Erasing takes out what was said to be the reason, and nothing else changes.
CREATE FUNCTION subject_change_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND is_erasing() THEN RETURN NULL; END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'P0001';
END
$$;
CREATE TRIGGER subject_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subject_change
    FOR EACH STATEMENT EXECUTE FUNCTION subject_change_stays();

-- Identities that were destroyed. It goes on from `state` after a crash: bytes in segments, traces in the database's own
-- files.
CREATE TABLE anonymisation (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id  bigint      NOT NULL REFERENCES project (id),
    subject_id  bigint      NOT NULL,
    study_id    bigint,                                  -- NULL: the whole subject
    done_by     bigint      NOT NULL REFERENCES account (id),
    at          timestamptz NOT NULL DEFAULT now(),
    reason      text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    counts      jsonb       NOT NULL,
    state       text        NOT NULL DEFAULT 'bytes' CHECK (state IN ('bytes', 'traces', 'done')),
    transaction text        NOT NULL DEFAULT pg_current_xact_id()::text,
    unswept     text[]      NOT NULL DEFAULT '{}',
    ended_at    timestamptz,
    CHECK ((state = 'done') = (ended_at IS NOT NULL))
);
CREATE INDEX anonymisation_subject ON anonymisation (subject_id, id);
CREATE INDEX anonymisation_open    ON anonymisation (id) WHERE state <> 'done';

CREATE TABLE anonymisation_blob (
    anonymisation_id  bigint NOT NULL REFERENCES anonymisation (id),
    segment           bigint NOT NULL,
    byte_offset       bigint NOT NULL,
    length            bigint NOT NULL,
    PRIMARY KEY (anonymisation_id, segment, byte_offset)
);

-- Who asked for originals, why, and what came of it. More than a few studies need somebody else's word: the database
-- takes no word of the one who asked.
CREATE TABLE originals_request (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id       bigint      NOT NULL REFERENCES project (id),
    asked_by         bigint      NOT NULL REFERENCES account (id),
    asked_at         timestamptz NOT NULL DEFAULT now(),
    reason           text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    needs_second     boolean     NOT NULL,
    instances        bigint      NOT NULL,
    state            text        NOT NULL CHECK (state IN ('waiting', 'approved', 'declined', 'withdrawn')),
    decided_by       bigint REFERENCES account (id),
    decided_at       timestamptz,
    decision_reason  text,
    ends_at          timestamptz NOT NULL,               -- of the wait; once approved, of the download
    downloads        integer     NOT NULL DEFAULT 0,     -- that were begun
    downloaded_at    timestamptz,                        -- whole
    CHECK (NOT needs_second OR state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> asked_by)),
    CHECK (state <> 'declined' OR decided_by IS NOT NULL)
);
CREATE INDEX originals_request_project ON originals_request (project_id, id DESC);
CREATE INDEX originals_request_asker   ON originals_request (asked_by, asked_at);

CREATE TABLE originals_request_study (
    request_id  bigint NOT NULL REFERENCES originals_request (id),
    study_id    bigint NOT NULL,
    PRIMARY KEY (request_id, study_id)
);
CREATE INDEX originals_request_study_study ON originals_request_study (study_id);
