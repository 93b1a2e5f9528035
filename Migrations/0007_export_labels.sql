-- An export may take along labels at a version of their set: two files a set, frozen with the images.

-- What stands of them in the manifest, as the very text that its digest was made over: JSON, '[]' where there are none.
ALTER TABLE export ADD COLUMN labels text NOT NULL DEFAULT '[]';
-- Entries that are such files; they stand behind the instances.
ALTER TABLE export ADD COLUMN label_files integer NOT NULL DEFAULT 0;
ALTER TABLE export_entry ALTER COLUMN instance_id DROP NOT NULL;

CREATE TABLE export_file (
    export_id  bigint NOT NULL REFERENCES export (id),
    path       text   NOT NULL,
    content    bytea  NOT NULL,
    crc32      bigint NOT NULL CHECK (crc32 BETWEEN 0 AND 4294967295),
    sha256     bytea  NOT NULL CHECK (octet_length(sha256) = 32),
    PRIMARY KEY (export_id, path)
);
CREATE TRIGGER export_file_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON export_file
    FOR EACH STATEMENT EXECUTE FUNCTION export_entry_is_frozen();
CREATE TRIGGER export_file_late AFTER INSERT ON export_file REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION export_entry_is_late();
