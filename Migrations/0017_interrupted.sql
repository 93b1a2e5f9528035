-- Uploads that ended with the server process, looks at identities that count as much as originals, suggestions for
-- patients who came before there were any, and files in conflict that are taken in beside the first.

-- The server died in the middle: what was known of the batch was written down at the next start, and no more comes.
ALTER TABLE ingest_batch ADD COLUMN interrupted boolean NOT NULL DEFAULT false;
CREATE INDEX ingest_batch_open ON ingest_batch (id) WHERE finished_at IS NULL;
-- Which instances a batch brought. They were added in the order of the batches, nearly: a summary of ranges is enough, and
-- costs ingest nothing.
CREATE INDEX instance_batch ON instance USING brin (batch_id);

-- Whose identity somebody looked at without asking a second person: one row a patient and look, by a study of that
-- patient. No reference: the study may be erased.
CREATE TABLE identity_look (
    account_id  bigint      NOT NULL REFERENCES account (id),
    project_id  bigint      NOT NULL REFERENCES project (id),
    study_id    bigint      NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX identity_look_account ON identity_look (account_id, at);
CREATE INDEX identity_look_study   ON identity_look (study_id);

-- Who came before there were tokens of persons: theirs is made from the sealed record when the server next runs.
ALTER TABLE study_key ADD COLUMN person_pending boolean NOT NULL DEFAULT false;
UPDATE study_key SET person_pending = true WHERE person_token IS NULL AND identity_record IS NOT NULL;
CREATE INDEX study_key_person_pending ON study_key (id) WHERE person_pending;

-- A file in conflict may be taken in as an image of its own: under a SOP Instance UID that follows from its content, or in a
-- series or study that does. Its sealed bytes are erased here, for they stand there.
ALTER TABLE conflict
    DROP CONSTRAINT conflict_state_check,
    ADD CONSTRAINT conflict_state_check CHECK (state IN ('waiting', 'dismissed', 'kept')),
    ADD COLUMN kept_as text,                                 -- its SOP Instance UID there
    ADD CHECK ((state = 'kept') = (kept_as IS NOT NULL));
