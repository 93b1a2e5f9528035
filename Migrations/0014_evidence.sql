-- Evidence: what de-identification did to what was brought in together, and conflicts that a person decides.

-- What somebody brought in at one go: a folder comes in several requests, each of them an ingest_batch.
CREATE TABLE upload (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid         text        NOT NULL UNIQUE CHECK (uid ~ '^[A-Za-z0-9-]{8,64}$'),  -- drawn by the sender, or here
    project_id  bigint      NOT NULL REFERENCES project (id),
    account_id  bigint      NOT NULL REFERENCES account (id),
    started_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX upload_project ON upload (project_id, id DESC);

ALTER TABLE ingest_batch
    ADD COLUMN upload_id        bigint REFERENCES upload (id),
    ADD COLUMN profile_version  integer,                     -- NULL before this migration
    ADD COLUMN report           jsonb;                       -- Deidentification.BatchReport; NULL until it is finished

-- Each earlier batch becomes an upload of its own; it has numbers and no report.
WITH earlier AS (
    SELECT id, gen_random_uuid()::text AS uid FROM ingest_batch
), made AS (
    INSERT INTO upload (uid, project_id, account_id, started_at)
    SELECT e.uid, b.project_id, b.account_id, b.started_at FROM ingest_batch b JOIN earlier e ON e.id = b.id ORDER BY b.id
    RETURNING id, uid
)
UPDATE ingest_batch b SET upload_id = made.id FROM earlier e JOIN made ON made.uid = e.uid WHERE e.id = b.id;

ALTER TABLE ingest_batch ALTER COLUMN upload_id SET NOT NULL;
CREATE INDEX ingest_batch_upload ON ingest_batch (upload_id, id);

-- The first of two instances with one UID stands; a person may say that the other is not wanted. It stays sealed.
ALTER TABLE conflict
    ADD COLUMN state            text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'dismissed')),
    ADD COLUMN reason           text NOT NULL DEFAULT '',    -- why it cannot stand where its UIDs put it
    ADD COLUMN decided_by       bigint REFERENCES account (id),
    ADD COLUMN decided_at       timestamptz,
    ADD COLUMN decision_reason  text,
    ADD CHECK ((state = 'waiting') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL));
CREATE INDEX conflict_waiting ON conflict (project_id, id) WHERE state = 'waiting';
