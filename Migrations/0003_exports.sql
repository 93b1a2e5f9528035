-- Frozen selections. What was chosen, in which order, with which digests, never changes afterwards; the archive is
-- made of it while it is downloaded. See Docs/Formats/export.md.

CREATE TABLE export (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id       bigint      NOT NULL REFERENCES project (id),
    created_by       bigint      NOT NULL REFERENCES account (id),
    created_at       timestamptz NOT NULL DEFAULT date_trunc('second', now()),
    filter           jsonb       NOT NULL,               -- StudyFilter as it was asked
    studies          integer     NOT NULL DEFAULT 0,
    instances        integer     NOT NULL DEFAULT 0,
    bytes            bigint      NOT NULL DEFAULT 0,     -- sum of export_entry.size
    manifest_size    bigint      NOT NULL DEFAULT 0,
    manifest_crc32   bigint      NOT NULL DEFAULT 0 CHECK (manifest_crc32 BETWEEN 0 AND 4294967295),
    manifest_sha256  bytea       NOT NULL DEFAULT '',
    directory_offset bigint      NOT NULL DEFAULT 0,     -- where the central directory begins
    archive_size     bigint      NOT NULL DEFAULT 0,
    frozen           boolean     NOT NULL DEFAULT false,
    CHECK (NOT frozen OR octet_length(manifest_sha256) = 32)
);
CREATE INDEX export_project ON export (project_id, id DESC);

-- One file of an export. Offsets follow from what stands before; they are kept so that any range can be made alone.
CREATE TABLE export_entry (
    export_id        bigint  NOT NULL REFERENCES export (id),
    position         integer NOT NULL,                   -- from 0
    instance_id      bigint  NOT NULL,                   -- instance.id; the bytes are found there
    instance_uid     text    NOT NULL,
    path             text    NOT NULL,
    size             bigint  NOT NULL,
    crc32            bigint  NOT NULL,
    sha256           bytea   NOT NULL CHECK (octet_length(sha256) = 32),
    manifest_offset  bigint  NOT NULL,                   -- of its line, from the first line
    archive_offset   bigint  NOT NULL,                   -- of its local header, from the beginning of the archive
    directory_offset bigint  NOT NULL,                   -- of its directory header, from the first of an instance
    PRIMARY KEY (export_id, position)
);
CREATE INDEX export_entry_archive   ON export_entry (export_id, archive_offset);
CREATE INDEX export_entry_directory ON export_entry (export_id, directory_offset);
CREATE INDEX export_entry_manifest  ON export_entry (export_id, manifest_offset);

CREATE FUNCTION export_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen THEN RAISE EXCEPTION 'an export does not change'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER export_frozen BEFORE UPDATE OR DELETE ON export FOR EACH ROW EXECUTE FUNCTION export_is_frozen();

CREATE FUNCTION export_entry_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'an export does not change'; END $$;
CREATE TRIGGER export_entry_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON export_entry
    FOR EACH STATEMENT EXECUTE FUNCTION export_entry_is_frozen();

CREATE FUNCTION export_entry_is_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM export e WHERE e.frozen AND e.id IN (SELECT export_id FROM added)) THEN
        RAISE EXCEPTION 'an export does not change';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER export_entry_late AFTER INSERT ON export_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION export_entry_is_late();

-- Searches by the beginning of a subject's code (PatientID=ABCD*).
CREATE INDEX subject_code_prefix ON subject (code text_pattern_ops);
