-- The lake's catalogue. Everything in it is de-identified: UIDs, codes, dates and descriptions are what the
-- project's profile left. What identifies a patient is either sealed (bytea under a study's identity key) or
-- keyed (HMAC-SHA-256). See Docs/Formats/catalogue.md.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Which lake this is: the same as in the file `lake` of its data directory, so that a database, a directory and a
-- master key that do not belong together are not taken for one lake.
CREATE TABLE lake (
    id             uuid    PRIMARY KEY,
    master_key_id  text    NOT NULL,
    is_the_only    boolean NOT NULL DEFAULT true UNIQUE CHECK (is_the_only)
);

-- One patient of one project. `match_token` is HMAC(master-derived key; project, issuer, normalised Patient ID);
-- a study without a Patient ID has a subject of its own, whose token is made from its Study Instance UID instead
-- (`matched` is false), so it can never become one shared patient.
CREATE TABLE subject (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id     bigint      NOT NULL REFERENCES project (id),
    code           text        NOT NULL,
    match_token    bytea       NOT NULL CHECK (octet_length(match_token) = 32),
    matched        boolean     NOT NULL,
    wrapped_key    bytea       NOT NULL,                 -- subject key, wrapped by the master key
    study_count    integer     NOT NULL DEFAULT 0,       -- published studies; 0 while all is held: not shown
    created_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (project_id, code),
    UNIQUE (project_id, match_token)
);
CREATE INDEX subject_list ON subject (project_id, id) WHERE study_count > 0;

-- The keys of a study. They exist before the study is visible (all its instances may be held), hence a table of
-- their own. `study.id` is this id.
CREATE TABLE study_key (
    id                    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id            bigint      NOT NULL REFERENCES project (id),
    subject_id            bigint      NOT NULL REFERENCES subject (id),
    study_uid             text        NOT NULL UNIQUE,
    patient_token         bytea,                         -- keyed hash of the Patient ID alone; NULL where it is empty
    image_key_wrapped     bytea       NOT NULL,          -- wrapped by the subject key
    identity_key_wrapped  bytea,                         -- wrapped by the subject key; NULL once destroyed
    identity_record       bytea,                         -- sealed under the identity key: what a list needs
    created_at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX study_key_subject ON study_key (subject_id);

-- One upload: a request, a command, an association.
CREATE TABLE ingest_batch (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id     bigint      NOT NULL REFERENCES project (id),
    account_id     bigint      NOT NULL REFERENCES account (id),
    started_at     timestamptz NOT NULL DEFAULT now(),
    finished_at    timestamptz,
    accepted       integer     NOT NULL DEFAULT 0,
    already_there  integer     NOT NULL DEFAULT 0,
    conflicts      integer     NOT NULL DEFAULT 0,
    held           integer     NOT NULL DEFAULT 0,
    rejected       integer     NOT NULL DEFAULT 0
);
CREATE INDEX ingest_batch_project ON ingest_batch (project_id, id DESC);

-- Published studies. A row exists only with at least one published instance.
CREATE TABLE study (
    id              bigint PRIMARY KEY REFERENCES study_key (id),
    project_id      bigint      NOT NULL REFERENCES project (id),
    subject_id      bigint      NOT NULL REFERENCES subject (id),
    uid             text        NOT NULL UNIQUE,
    study_date      date,                                -- NULL where the profile removed it
    study_time      text        NOT NULL DEFAULT '',     -- DICOM TM
    list_date       date        NOT NULL GENERATED ALWAYS AS (coalesce(study_date, DATE '0001-01-01')) STORED,
    description     text        NOT NULL DEFAULT '',
    study_id        text        NOT NULL DEFAULT '',     -- (0020,0010)
    modalities      text[]      NOT NULL DEFAULT '{}',   -- sorted, distinct
    body_parts      text[]      NOT NULL DEFAULT '{}',   -- sorted, distinct, upper case
    age_days        integer,                             -- from Patient's Age
    sex             text        NOT NULL DEFAULT '',     -- M F O or empty
    series_count    integer     NOT NULL DEFAULT 0,
    instance_count  integer     NOT NULL DEFAULT 0,
    bytes           bigint      NOT NULL DEFAULT 0,      -- sum of instance.stored_size
    created_at      timestamptz NOT NULL DEFAULT now(),
    changed_at      timestamptz NOT NULL DEFAULT now()
);
-- The list, by date: keyset (list_date, id), newest first.
CREATE INDEX study_list         ON study (project_id, list_date DESC, id DESC);
CREATE INDEX study_list_all     ON study (list_date DESC, id DESC);
CREATE INDEX study_added        ON study (project_id, id DESC);
CREATE INDEX study_subject      ON study (subject_id, list_date DESC, id DESC);
CREATE INDEX study_modalities   ON study USING gin (modalities);
CREATE INDEX study_body_parts   ON study USING gin (body_parts);
CREATE INDEX study_description  ON study USING gin (lower(description) gin_trgm_ops);
CREATE INDEX study_age          ON study (project_id, age_days, list_date DESC, id DESC);

CREATE TABLE series (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study_id        bigint      NOT NULL REFERENCES study (id),
    project_id      bigint      NOT NULL,
    uid             text        NOT NULL UNIQUE,
    number          integer,
    modality        text        NOT NULL DEFAULT '',
    description     text        NOT NULL DEFAULT '',
    body_part       text        NOT NULL DEFAULT '',
    series_date     date,
    series_time     text        NOT NULL DEFAULT '',
    rows            integer     NOT NULL DEFAULT 0,      -- of the first instance with pixels
    columns         integer     NOT NULL DEFAULT 0,
    instance_count  integer     NOT NULL DEFAULT 0,
    frame_count     bigint      NOT NULL DEFAULT 0,
    bytes           bigint      NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX series_study ON series (study_id, number, id);
CREATE INDEX series_modality ON series (project_id, modality, id DESC);

-- Published instances. Object: the de-identified Part 10 file, sealed under a key derived from the study's image
-- key. Patch: what rebuilds the original from it, sealed under one derived from the identity key.
CREATE TABLE instance (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id        bigint   NOT NULL REFERENCES series (id),
    study_id         bigint   NOT NULL,                  -- series.study_id, repeated for the study's own queries
    project_id       bigint   NOT NULL,
    batch_id         bigint,                             -- ingest_batch that brought it
    uid              text     NOT NULL UNIQUE,
    sop_class        text     NOT NULL,
    transfer_syntax  text     NOT NULL,
    number           integer,                            -- Instance Number
    rows             integer  NOT NULL DEFAULT 0,        -- 0 without pixels
    columns          integer  NOT NULL DEFAULT 0,
    frames           integer  NOT NULL DEFAULT 0,        -- 0 without pixels
    object_segment   bigint   NOT NULL,                  -- BlobAddress of the sealed object
    object_offset    bigint   NOT NULL,
    object_length    bigint   NOT NULL,
    patch_segment    bigint   NOT NULL,                  -- BlobAddress of the sealed patch
    patch_offset     bigint   NOT NULL,
    patch_length     bigint   NOT NULL,
    stored_size      bigint   NOT NULL,                  -- plaintext of the object, as a recipient downloads it
    stored_sha256    bytea    NOT NULL CHECK (octet_length(stored_sha256) = 32),
    stored_crc32     bigint   NOT NULL CHECK (stored_crc32 BETWEEN 0 AND 4294967295),
    original_digest  bytea    NOT NULL CHECK (octet_length(original_digest) = 32),  -- HMAC of the original's SHA-256
    frame_index      bytea,                              -- DICOMImaging.FrameIndex; NULL without pixels
    metadata         bytea    NOT NULL,                  -- DICOM JSON (PS3.18 F) of the header, without pixel data
    created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX instance_series ON instance (series_id, number, id);
CREATE INDEX instance_study  ON instance (study_id, id);
CREATE INDEX instance_object ON instance (object_segment, object_offset);

-- What may show a patient's name in its pixels waits here, sealed, for a person to look at it. Nothing of it is in
-- study, series or instance before its release.
CREATE TABLE held (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id       bigint   NOT NULL REFERENCES project (id),
    study_key_id     bigint   NOT NULL REFERENCES study_key (id),
    batch_id         bigint,
    instance_uid     text     NOT NULL UNIQUE,
    series_uid       text     NOT NULL,
    study_uid        text     NOT NULL,
    state            text     NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'released', 'rejected')),
    reason           text     NOT NULL,                  -- why it waits; never a value of the header
    modality         text     NOT NULL DEFAULT '',
    description      text     NOT NULL DEFAULT '',       -- series, else study description, de-identified
    rows             integer  NOT NULL DEFAULT 0,
    columns          integer  NOT NULL DEFAULT 0,
    frames           integer  NOT NULL DEFAULT 0,
    object_segment   bigint   NOT NULL,
    object_offset    bigint   NOT NULL,
    object_length    bigint   NOT NULL,
    patch_segment    bigint   NOT NULL,
    patch_offset     bigint   NOT NULL,
    patch_length     bigint   NOT NULL,
    stored_size      bigint   NOT NULL,
    stored_sha256    bytea    NOT NULL CHECK (octet_length(stored_sha256) = 32),
    original_digest  bytea    NOT NULL CHECK (octet_length(original_digest) = 32),
    entry            bytea    NOT NULL,                  -- the catalogue entry that release publishes, sealed
    received_by      bigint   NOT NULL REFERENCES account (id),
    received_at      timestamptz NOT NULL DEFAULT now(),
    decided_by       bigint REFERENCES account (id),
    decided_at       timestamptz,
    decision_reason  text,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK (state <> 'rejected' OR decision_reason IS NOT NULL)
);
CREATE INDEX held_waiting ON held (project_id, id) WHERE state = 'waiting';
CREATE INDEX held_object  ON held (object_segment, object_offset);

-- The same SOP Instance UID with other content: kept, sealed, listed, and never in the place of the first.
CREATE TABLE conflict (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id       bigint   NOT NULL REFERENCES project (id),
    study_key_id     bigint   NOT NULL REFERENCES study_key (id),
    batch_id         bigint,
    instance_uid     text     NOT NULL,
    series_uid       text     NOT NULL,
    study_uid        text     NOT NULL,
    object_segment   bigint   NOT NULL,
    object_offset    bigint   NOT NULL,
    object_length    bigint   NOT NULL,
    patch_segment    bigint   NOT NULL,
    patch_offset     bigint   NOT NULL,
    patch_length     bigint   NOT NULL,
    stored_size      bigint   NOT NULL,
    stored_sha256    bytea    NOT NULL CHECK (octet_length(stored_sha256) = 32),
    original_digest  bytea    NOT NULL CHECK (octet_length(original_digest) = 32),
    received_by      bigint   NOT NULL REFERENCES account (id),
    received_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (instance_uid, original_digest)
);
CREATE INDEX conflict_project ON conflict (project_id, id DESC);
CREATE INDEX conflict_object  ON conflict (object_segment, object_offset);
