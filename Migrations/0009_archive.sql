-- Cold storage. A bundle is one sealed archive; which versions of which studies are in it stands beside it (n:m); a
-- copy is a bundle at a backend. Studies are named by number without a reference: what is said about archives outlives
-- the erasure of a study.

ALTER TABLE study ADD COLUMN local text NOT NULL DEFAULT 'here' CHECK (local IN ('here', 'offloaded', 'restoring'));
-- The bundle whose verified copies stand in for the bytes that are not here.
ALTER TABLE study ADD COLUMN offloaded_to bigint;
CREATE INDEX study_away ON study (project_id, id) WHERE local <> 'here';
-- Whether the bytes at the addresses are there: false once they were erased after a verified copy.
ALTER TABLE instance ADD COLUMN object_here boolean NOT NULL DEFAULT true;
ALTER TABLE instance ADD COLUMN patch_here boolean NOT NULL DEFAULT true;

CREATE TABLE archive_bundle (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id     bigint      NOT NULL,
    has_patches    boolean     NOT NULL,
    recipient      text        NOT NULL,                 -- age1…
    key_wrapped    bytea,                                -- its secret, wrapped by the subject key; NULL once destroyed
    -- What follows is known once it is packed.
    root           text,                                 -- CID of the age file
    content_size   bigint,                               -- of the age file
    content_sha256 bytea CHECK (octet_length(content_sha256) = 32),
    car_size       bigint,
    piece_v1       text,
    piece_v2       text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    packed_at      timestamptz,
    CHECK ((packed_at IS NULL) = (root IS NULL))
);

CREATE TABLE archive_bundle_study (
    bundle_id      bigint NOT NULL REFERENCES archive_bundle (id),
    study_id       bigint NOT NULL,
    version        bytea  NOT NULL CHECK (octet_length(version) = 32),
    PRIMARY KEY (bundle_id, study_id)
);
CREATE INDEX archive_bundle_study_study ON archive_bundle_study (study_id, bundle_id);

CREATE TABLE archive_copy (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bundle_id      bigint      NOT NULL REFERENCES archive_bundle (id),
    backend        text        NOT NULL,
    state          text        NOT NULL
        CHECK (state IN ('uploading', 'uploaded', 'verified', 'failed', 'removing', 'removed')),
    error          text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    verified_at    timestamptz,
    UNIQUE (bundle_id, backend)
);
CREATE INDEX archive_copy_removing ON archive_copy (id) WHERE state = 'removing';

-- What was asked for. One at a time for a study; whoever works on it renews the lease, and when it stops doing so
-- another takes over from what the tables above say.
CREATE TABLE archive_job (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study_id       bigint      NOT NULL,
    project_id     bigint      NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('archive', 'restore')),
    backend        text,                                 -- of an archive job
    offload        boolean     NOT NULL DEFAULT false,
    account_id     bigint      NOT NULL REFERENCES account (id),
    state          text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    step           text        NOT NULL DEFAULT 'waiting',
    done           bigint      NOT NULL DEFAULT 0,
    total          bigint      NOT NULL DEFAULT 0,
    error          text,
    attempts       integer     NOT NULL DEFAULT 0,
    lease_until    timestamptz NOT NULL DEFAULT now(),
    created_at     timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz
);
CREATE UNIQUE INDEX archive_job_one  ON archive_job (study_id) WHERE state IN ('waiting', 'running');
CREATE INDEX archive_job_open        ON archive_job (lease_until) WHERE state IN ('waiting', 'running');
CREATE INDEX archive_job_study       ON archive_job (study_id, id DESC);

-- Legal holds: nothing they cover is erased, whatever the retention rules say. One a scope and what it covers.
CREATE TABLE legal_hold (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope          text        NOT NULL CHECK (scope IN ('study', 'subject', 'project')),
    covers         bigint      NOT NULL,                 -- study.id, subject.id or project.id
    reason         text        NOT NULL,
    set_by         bigint      NOT NULL REFERENCES account (id),
    set_at         timestamptz NOT NULL DEFAULT now(),
    ended_by       bigint REFERENCES account (id),
    ended_at       timestamptz,
    CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX legal_hold_one ON legal_hold (scope, covers) WHERE ended_at IS NULL;
